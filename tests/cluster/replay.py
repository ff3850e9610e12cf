"""Plays a recorded scenario on the controller under test: a difference fails the test and is named."""

from __future__ import annotations

from fork_tools.api_server import connect
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.compat.conformance.player import Pace, Player
from fork_tools.compat.conformance.scenario import Scenario
from fork_tools.compat.conformance.stage import Stage
from tests.cluster.controller_process import ControllerProcess
from tests.cluster.kube import Namespace


def replay(scenario: Scenario, cluster: Cluster, here: Namespace, controller: ControllerProcess) -> None:
    """Play `scenario` in a namespace that `controller` follows; fails where the controller differs."""
    api = connect(cluster.kubeconfig)
    findings = Player(scenario, Stage(api, here.name), Pace(idle=controller.idle)).replay()
    api.close()
    assert not findings, "\n".join([*(f"{each.subject}: {each.message}" for each in findings), controller.log])

"""What the MXJob controller v1.8.1 made of each scenario, this one makes as well (spec §3, §4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.compat.conformance.scenario import shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import Namespace
from tests.cluster.replay import replay

SCENARIOS = {scenario.name: scenario for scenario in shipped()}
GANG_SCHEDULERS = {"volcano-gang": "volcano", "scheduler-plugins-gang": "scheduler-plugins-scheduler"}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in GANG_SCHEDULERS])
def test_recorded_scenario(name: str, cluster: Cluster, here: Namespace, controller: ControllerProcess) -> None:
    replay(SCENARIOS[name], cluster, here, controller)


@pytest.mark.parametrize(("name", "scheduler"), GANG_SCHEDULERS.items())
@pytest.mark.usefixtures("pod_groups")
def test_recorded_gang_scenario(cluster: Cluster, access: Path, here: Namespace, name: str, scheduler: str) -> None:
    flags = (f"--kubeconfig={access}", f"--namespace={here.name}", f"--gang-scheduler-name={scheduler}")
    with running(*flags) as controller:
        controller.wait_until_ready()
        replay(SCENARIOS[name], cluster, here, controller)

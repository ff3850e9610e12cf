from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.priorities import by_priority, depends_on_priorities
from controller.reconcile.settings import Settings
from tests.unit.controller.builders import condition, dist_job, mxjob, replica_spec

GANG = Settings("volcano")
SOME = {"minAvailable": 1}
VALUES = {"high": 1000, "low": 10, "system": 2_000_000_000, "least": -5}


def of(scheduler: str = "", server: str = "", worker: str = "", **rest: Any) -> dict[str, Any]:
    """Build a job whose types name those PriorityClasses."""
    classes = {"scheduler": scheduler, "server": server, "worker": worker}
    specs = {role: replica_spec(2, **({"priorityClassName": name} if name else {})) for role, name in classes.items()}
    return mxjob(**{"schedulingPolicy": SOME, **specs, **rest})


@pytest.mark.parametrize(
    ("job", "values", "expected"),
    [
        pytest.param(of(), VALUES, "Scheduler Server Worker", id="129: none named: the fixed order"),
        pytest.param(of(worker="high"), VALUES, "Worker Scheduler Server", id="129: named ones before others"),
        pytest.param(of("low", "system", "high"), VALUES, "Server Worker Scheduler", id="129: by value"),
        pytest.param(of("least"), VALUES, "Server Worker Scheduler", id="129: below zero, which is the default"),
        pytest.param(of("", "", "low"), VALUES | {"": 500}, "Scheduler Server Worker", id="129: the global default"),
        pytest.param(of("gone", "low", "low"), VALUES, "Server Worker Scheduler", id="129: a class that is not there"),
        pytest.param(of("low", "high", "low"), {}, "Scheduler Server Worker", id="129: no values: the fixed order"),
        pytest.param(of("low", "high", "high"), VALUES, "Server Worker Scheduler", id="129: equals keep their order"),
    ],
)
def test_by_priority(job: dict[str, Any], values: Mapping[str, int], expected: str) -> None:
    assert [spec.type for spec in by_priority(read(job), values)] == expected.split()


@pytest.mark.parametrize(
    ("job", "settings", "expected"),
    [
        pytest.param(of(worker="high"), GANG, True, id="129: part of the pods, of different priorities"),
        pytest.param(of(worker="high"), Settings(), False, id="140: no gang scheduling"),
        pytest.param(of(), GANG, False, id="129: no class named"),
        pytest.param(of("high", "high", "high"), GANG, False, id="129: all alike"),
        pytest.param(of(worker="high", schedulingPolicy={}), GANG, False, id="129: all pods count"),
        pytest.param(of(worker="high", schedulingPolicy={"minAvailable": 6}), GANG, False, id="134: exactly all"),
        pytest.param(of(worker="high", schedulingPolicy={"minAvailable": 0}), GANG, False, id="132: none counts"),
        pytest.param(
            of(worker="high", schedulingPolicy=SOME | {"minResources": {"cpu": "1"}}), GANG, False, id="132: given"
        ),
        pytest.param(of(worker="high", suspend=True), GANG, False, id="136: suspended"),
        pytest.param(of(worker="high", status={"conditions": [condition("Failed")]}), GANG, False, id="136: finished"),
        pytest.param(of(worker="high", managedBy="kueue.x-k8s.io/multikueue"), GANG, False, id="161: another's"),
        pytest.param(
            dist_job(worker=replica_spec(0, priorityClassName="high"), schedulingPolicy=SOME),
            GANG,
            False,
            id="144: of a type that runs nothing",
        ),
        pytest.param(of(worker="high") | {"spec": {"mxReplicaSpecs": "?"}}, GANG, False, id="30: no job at all"),
        pytest.param(of(worker=["high"], server={"a": 1}), GANG, False, id="30: no names"),  # type: ignore[arg-type]  # as stored
    ],
)
def test_depends_on_priorities(job: dict[str, Any], settings: Settings, expected: bool) -> None:
    assert depends_on_priorities(job, settings) is expected

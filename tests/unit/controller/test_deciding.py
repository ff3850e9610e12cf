from __future__ import annotations

from typing import Any

import pytest

from controller.api.mxjob import read
from controller.reconcile.deciding import deciding_spec
from tests.unit.controller.builders import mxjob, replica_spec


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        pytest.param(mxjob(scheduler=1, server=1, worker=2), "Scheduler", id="68: the scheduler if there is one"),
        pytest.param(mxjob(worker=1), "Worker", id="72: a single worker"),
        pytest.param(mxjob(worker=2), "Worker", id="74: workers without a scheduler"),
        pytest.param(mxjob(server=1, worker=1), "Worker", id="74: servers decide nothing"),
        pytest.param(mxjob(scheduler=0, worker=1), "Worker", id="144: a type with 0 replicas is not there"),
        pytest.param(mxjob(mode="MXTune", tuner_tracker=1, tuner_server=1, tuner=2), "Tuner", id="73: tuners"),
        pytest.param(mxjob(mode="MXTune", scheduler=1, worker=1), "Scheduler", id="73: without tuners as in training"),
        pytest.param(mxjob(tuner_tracker=1, tuner=1), "Tuner", id="73: tuners under the wrong mode"),
        pytest.param(mxjob(mode="MXTune", scheduler=1, tuner=1), "Tuner", id="73: tuners before a scheduler"),
        pytest.param(mxjob(specs={"Foo": replica_spec(1), "Bar": replica_spec(1)}), "Bar", id="66: unknown types only"),
        pytest.param(mxjob(worker=0), None, id="144: nothing to run, nothing to decide"),
    ],
)
def test_deciding_spec(job: dict[str, Any], expected: str | None) -> None:
    spec = deciding_spec(read(job))
    assert (spec.type if spec else None) == expected

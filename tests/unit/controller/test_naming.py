from __future__ import annotations

import pytest

from controller.api.naming import canonical_type, child_name


@pytest.mark.parametrize(
    ("job", "replica_type", "index", "expected"),
    [
        pytest.param("demo", "Worker", 1, "demo-worker-1", id="36: job, type in lower case, index"),
        pytest.param("tvm", "TunerTracker", 0, "tvm-tunertracker-0", id="61: tuner types too"),
        pytest.param("1/2/3", "WORKER", 1, "1-2-3-worker-1", id="46: no slash survives"),
    ],
)
def test_child_name(job: str, replica_type: str, index: int, expected: str) -> None:
    assert child_name(job, replica_type, index) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("scheduler", "Scheduler", id="20: scheduler"),
        pytest.param("SERVER", "Server", id="20: SERVER"),
        pytest.param("wOrKer", "Worker", id="20: wOrKer"),
        pytest.param("tuner", "Tuner", id="21: tuner"),
        pytest.param("tunertracker", "TunerTracker", id="21: tunertracker"),
        pytest.param("tunerServer", "TunerServer", id="21: tunerServer"),
        pytest.param("Foo", None, id="66: an unknown type has no canonical spelling"),
    ],
)
def test_canonical_type(key: str, expected: str | None) -> None:
    assert canonical_type(key) == expected

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fork_tools.demo.example import Example, read_applied, require_example
from fork_tools.errors import MxforkError

FOLDER = Path("examples/digits")


def manifest(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "training"}}


def test_the_job_is_found_among_what_was_applied() -> None:
    applied = {"kind": "List", "items": [manifest("ConfigMap", "script"), manifest("MXJob", "digits")]}

    assert read_applied(FOLDER, applied) == Example(FOLDER, "training", "digits", ("ConfigMap/script", "MXJob/digits"))


def test_a_job_alone_is_an_example_too() -> None:
    assert read_applied(FOLDER, manifest("MXJob", "digits")).job == "digits"


@pytest.mark.parametrize("jobs", [0, 2])
def test_an_example_has_exactly_one_job(jobs: int) -> None:
    applied = {"kind": "List", "items": [manifest("MXJob", f"digits-{index}") for index in range(jobs)]}

    with pytest.raises(MxforkError, match=rf"holds {jobs} MXJobs") as raised:
        read_applied(FOLDER, applied)

    assert "kubectl kustomize examples/digits" in raised.value.next_step


def test_a_folder_that_is_no_example_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match="there is no example in") as raised:
        require_example(tmp_path)

    assert "--example" in raised.value.next_step

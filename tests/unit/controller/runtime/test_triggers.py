"""Which jobs are looked at when something changes (spec §3.1)."""

from __future__ import annotations

import pytest

from controller.api.objects import Pod
from controller.runtime.cache import Change
from controller.runtime.resources import ObjectKey
from controller.runtime.triggers import changed_child, changed_job, changed_pod_group
from tests.unit.controller.runtime.objects import pod, stored_job


@pytest.mark.parametrize(
    ("before", "after", "concerned"),
    [
        pytest.param(None, pod("p", job="j", owner="j"), {"j"}, id="made"),
        pytest.param(pod("p", job="j", owner="j"), None, {"j"}, id="151: gone"),
        pytest.param(pod("p", job="j"), pod("p", job="k"), {"j", "k"}, id="relabelled: it left one job for another"),
        pytest.param(None, pod("p", owner="j"), {"j"}, id="without the label: its owner"),
        pytest.param(None, pod("p", job="j", owner="k"), {"j", "k"}, id="label and owner disagree"),
        pytest.param(None, pod("p"), set(), id="151: nobody's"),
        pytest.param(None, pod("p", owner="j", kind="TFJob"), set(), id="151: of another kind of job"),
        pytest.param(None, None, set(), id="gone before it was seen"),
    ],
)
def test_child(before: Pod | None, after: Pod | None, concerned: set[str]) -> None:
    assert changed_child(Change(before, after)) == {ObjectKey("ns", name) for name in concerned}


def test_a_job_concerns_itself() -> None:
    assert changed_job(Change(None, stored_job("j"))) == {ObjectKey("ns", "j")}
    assert changed_job(Change(stored_job("j"), None)) == {ObjectKey("ns", "j")}


def test_a_pod_group_concerns_the_job_of_its_name() -> None:
    assert changed_pod_group(Change(None, pod("j", owner="k"))) == {ObjectKey("ns", "j"), ObjectKey("ns", "k")}

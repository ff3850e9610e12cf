from __future__ import annotations

from datetime import timedelta

import pytest

from controller.api.status import JobCondition
from controller.reconcile.blocked import MOST_OBSTACLES, blocked
from controller.reconcile.obstacles import Obstacle, name_taken
from tests.unit.controller.builders import NOW

LATER = NOW + timedelta(hours=1)
CREATED = JobCondition("Created", "True", "MXJobCreated", "", NOW, NOW)
RUNNING = JobCondition("Running", "True", "MXJobRunning", "", NOW, NOW)
TAKEN = name_taken("Pod", "demo-worker-0", "TFJob other")
REFUSED = Obstacle("CreationFailed", "Cannot create pod: demo-worker-1: no", "FailedCreatePod")


def test_it_comes_right_after_created_so_that_the_last_condition_tells_the_state() -> None:
    (created, condition, running) = blocked((CREATED, RUNNING), (TAKEN,), None, NOW)
    assert (created, running) == (CREATED, RUNNING)
    assert condition == JobCondition("Blocked", "True", "NameTaken", TAKEN.message, NOW, NOW)


def test_it_comes_last_while_nothing_runs() -> None:
    assert [each.type for each in blocked((CREATED,), (TAKEN,), None, NOW)] == ["Created", "Blocked"]


def test_it_is_gone_with_the_last_obstacle() -> None:
    known = blocked((CREATED, RUNNING), (TAKEN,), None, NOW)
    assert blocked(known, (), known[1], LATER) == (CREATED, RUNNING)


def test_it_rests_while_there_is_nothing_new_to_say() -> None:
    known = blocked((CREATED,), (TAKEN,), None, NOW)
    assert blocked((CREATED,), (TAKEN,), known[1], LATER) == known


def test_another_obstacle_is_told_and_the_job_is_blocked_since_the_first() -> None:
    known = blocked((CREATED,), (TAKEN,), None, NOW)[1]
    condition = blocked((CREATED,), (REFUSED, TAKEN), known, LATER)[1]
    assert (condition.reason, condition.message) == ("CreationFailed", f"{REFUSED.message}; {TAKEN.message}")
    assert (condition.last_update_time, condition.last_transition_time) == (LATER, NOW)


def test_the_same_obstacle_met_twice_is_told_once() -> None:
    assert blocked((CREATED,), (TAKEN, TAKEN), None, NOW)[1].message == TAKEN.message


def test_many_obstacles_are_told_by_the_first_few() -> None:
    obstacles = [name_taken("Pod", f"demo-worker-{number}", "TFJob other") for number in range(40)]
    message = blocked((CREATED,), obstacles, None, NOW)[1].message
    assert message.count("TFJob other") == MOST_OBSTACLES
    assert message.endswith("; and 35 more")


@pytest.mark.parametrize("kind", ["Pod", "Service", "PodGroup"])
def test_48_a_taken_name_is_told_with_its_owner_and_the_remedy(kind: str) -> None:
    obstacle = name_taken(kind, "demo-worker-0", "TFJob other")
    assert obstacle.warning.reason == f"FailedCreate{kind}"
    assert "demo-worker-0: the name belongs to TFJob other; delete or rename that, or the job" in obstacle.message

from __future__ import annotations

from datetime import datetime

import pytest

from controller.api.status import JobCondition
from controller.reconcile.conditions import with_condition, with_created, without
from tests.unit.controller.builders import NOW, ago


def conditions(text: str, at: datetime = NOW) -> tuple[JobCondition, ...]:
    """Read conditions such as `Created Running=False`; reason and message follow from the type."""
    return tuple(one(entry, at) for entry in text.split())


def one(entry: str, at: datetime = NOW) -> JobCondition:
    name, _, status = entry.partition("=")
    return JobCondition(name, status or "True", f"MXJob{name}", f"{name}.", at, at)


def written(given: tuple[JobCondition, ...]) -> str:
    return " ".join(each.type if each.status == "True" else f"{each.type}={each.status}" for each in given)


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        pytest.param("", "Created", "Created", id="67: the first one"),
        pytest.param("Created", "Running", "Created Running", id="68: running comes last"),
        pytest.param("Created Running", "Restarting", "Created Restarting", id="78: restarting removes running"),
        pytest.param("Created Restarting", "Running", "Created Running", id="78: running removes restarting"),
        pytest.param("Created Restarting", "Running=False", "Created Running=False", id="78: so does not running"),
        pytest.param("Created Running", "Failed", "Created Running=False Failed", id="78: a failure ends running"),
        pytest.param("Created Running", "Succeeded", "Created Running=False Succeeded", id="70: success ends running"),
        pytest.param("Created Restarting", "Succeeded", "Created Restarting=False Succeeded", id="82: and restarting"),
        pytest.param(
            "Created Suspended Running",
            "Suspended=False",
            "Created Running Suspended=False",
            id="123: what changes moves to the end",
        ),
        pytest.param("Created Failed", "Running", "Created Failed", id="79: nothing follows a failure"),
        pytest.param("Created Failed", "Succeeded", "Created Failed", id="79: not even success"),
    ],
)
def test_conditions_follow_one_another(before: str, added: str, after: str) -> None:
    assert written(with_condition(conditions(before), one(added), NOW)) == after


def test_80_the_same_again_changes_nothing() -> None:
    before = conditions("Created Running", at=ago(hours=1))
    repeated = JobCondition("Running", "True", "MXJobRunning", "in other words")
    assert with_condition(before, repeated, NOW) == before


def test_80_another_reason_keeps_the_time_of_the_transition() -> None:
    before = (JobCondition("Suspended", "True", "First", "", ago(hours=1), ago(hours=1)),)
    (after,) = with_condition(before, JobCondition("Suspended", "True", "Second", "why"), NOW)
    assert after == JobCondition("Suspended", "True", "Second", "why", NOW, ago(hours=1))


def test_82_what_ends_in_place_keeps_its_words_and_gets_the_time() -> None:
    before = (one("Running", at=ago(hours=1)),)
    ended, _ = with_condition(before, one("Succeeded"), NOW)
    assert ended == JobCondition("Running", "False", "MXJobRunning", "Running.", NOW, NOW)


def test_82_what_has_ended_before_keeps_its_time() -> None:
    before = (one("Running=False", at=ago(hours=1)),)
    assert with_condition(before, one("Failed"), NOW)[0] == before[0]


def test_83_created_comes_first_once() -> None:
    late = with_created(conditions("Running"), "demo", NOW)
    assert written(late) == "Created Running"
    assert late[0].message == "MXJob demo is created."
    assert with_created(late, "demo", NOW) == late


def test_83_an_order_that_another_controller_left_is_kept() -> None:
    assert written(with_created(conditions("Running Created"), "demo", NOW)) == "Running Created"


def test_without_drops_one_type() -> None:
    assert written(without(conditions("Created Invalid"), "Invalid")) == "Created"

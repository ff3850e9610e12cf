"""What is told of refused requests stays the same while the same stands in the way."""

from __future__ import annotations

import pytest

from controller.reconcile.actions import Action, Create, Delete, Outcome, Update
from controller.reconcile.obstacles import name_taken
from controller.reconcile.refusals import refusals


def create(name: str = "demo-worker-0", kind: str = "Pod", replica_type: str = "Worker") -> Create:
    assert kind in {"Pod", "Service", "PodGroup"}
    return Create(kind, name, replica_type, {})  # type: ignore[arg-type]  # checked above


def message(error: str, action: Action | None = None) -> str:
    (obstacle,) = refusals([Outcome(action or create(), done=False, error=error)])
    return obstacle.message


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            'pods "demo-worker-0" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3',
            "exceeded quota: team; make room in it, or raise it",
            id="49: a quota, without its figures",
        ),
        pytest.param(
            'Internal error occurred: failed calling webhook "check.example.test": failed to call webhook: Post '
            '"https://check.team.svc:443/?timeout=10s": read tcp 127.0.0.1:51762->10.0.0.7:443: reset',
            'failed calling webhook "check.example.test"; mend or remove that webhook',
            id="49: a webhook that is away, without ports",
        ),
        pytest.param(
            'admission webhook "check.example.test" denied the request: no (request '
            "0f1d2c3b-1111-2222-3333-444455556666 at 2024-09-10T08:00:00.123Z)",
            'admission webhook "check.example.test" denied the request: no (request … at …)',
            id="49: a webhook's words, without its numbers of requests",
        ),
        pytest.param(
            'pods "demo-worker-0" is forbidden: violates PodSecurity "restricted:latest": privileged',
            'violates PodSecurity "restricted:latest": privileged',
            id="49: a policy",
        ),
        pytest.param(
            'pods is forbidden: User "bob" cannot create resource "pods" in API group "" in the namespace "team"',
            'User "bob" cannot create resource "pods" in API group "" in the namespace "team"; '
            "give the controller's role that verb",
            id="49: the controller's own permissions",
        ),
        pytest.param(
            'Pod "demo-worker-0" is invalid: spec.nodeSelector: Invalid value: "bad key!"',
            'spec.nodeSelector: Invalid value: "bad key!"',
            id="49: a pod that cannot be",
        ),
        pytest.param("", "the request failed", id="49: not a word"),
    ],
)
def test_causes(error: str, told: str) -> None:
    assert message(error) == f"Cannot create pod: demo-worker-0: {told}"


def test_49_what_cannot_succeed_is_for_the_user_to_correct() -> None:
    (obstacle,) = refusals([Outcome(create(), done=False, error="no such field", permanent=True)])
    assert obstacle.message.endswith(": no such field; correct the job")


def test_49_long_stories_are_cut() -> None:
    assert len(message("no " * 999)) < 400


@pytest.mark.parametrize(
    ("action", "reason", "event"),
    [
        (create(), "CreationFailed", "FailedCreatePod"),
        (create("demo", "PodGroup", ""), "CreationFailed", "FailedCreatePodGroup"),
        (Update("PodGroup", "demo", {}), "UpdateFailed", "FailedUpdatePodGroup"),
        (Delete("Service", "demo-worker-0", "uid"), "DeletionFailed", "FailedDeleteService"),
    ],
)
def test_reasons(action: Action, reason: str, event: str) -> None:
    (obstacle,) = refusals([Outcome(action, done=False, error="no")])
    assert (obstacle.reason, obstacle.warning.reason) == (reason, event)


def test_49_replicas_of_one_type_are_told_together() -> None:
    outcomes = [Outcome(create(f"demo-worker-{number}"), done=False, error=f"no {number}") for number in range(3)]
    other = Outcome(create("demo-server-0", replica_type="Server"), done=False, error="no")
    assert [each.message for each in refusals([*outcomes, other])] == [
        "Cannot create pods: demo-worker-0, demo-worker-1, demo-worker-2: no 0",
        "Cannot create pod: demo-server-0: no",
    ]


def test_48_names_are_told_one_by_one_as_they_are_when_the_cache_shows_them() -> None:
    taken = [Outcome(create(f"demo-worker-{number}"), done=False, taken_by="TFJob other") for number in range(2)]
    assert list(refusals(taken)) == [
        name_taken("Pod", "demo-worker-0", "TFJob other"),
        name_taken("Pod", "demo-worker-1", "TFJob other"),
    ]


def test_what_was_done_is_no_obstacle() -> None:
    assert list(refusals([Outcome(create(), done=True)])) == []

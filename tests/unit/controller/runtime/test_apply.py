"""Every action is one request that may be repeated, and says how it went (spec §3.10.6, B9, B30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from controller.api.constants import API_VERSION
from controller.reconcile.actions import Action, Create, Delete, Outcome, Update
from controller.runtime.apply import Applier
from controller.runtime.cache import Store
from controller.runtime.consistency import Consistency
from controller.runtime.resources import MXJOBS, PODS, SERVICES, VOLCANO_POD_GROUPS, ObjectKey
from tests.unit.controller.runtime.objects import stored_job
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, client_of, status

JOB = stored_job("job")
KEY = ObjectKey("ns", "job")
RESOURCES = {resource.kind: resource for resource in (MXJOBS, PODS, SERVICES, VOLCANO_POD_GROUPS)}


def create(name: str = "p") -> Create:
    return Create("Pod", name, "Worker", {"metadata": {"name": name}})


def stored(owner: str = "job", *, version: int = 5) -> Answer:
    """Make the answer with a pod that a job owns, or nobody."""
    reference = {"apiVersion": API_VERSION, "kind": "MXJob", "name": owner, "uid": f"{owner}-uid", "controller": True}
    metadata: dict[str, Any] = {"name": "p", "namespace": "ns", "uid": "p-uid", "resourceVersion": str(version)}
    return Answer({"metadata": {**metadata, "ownerReferences": [reference] if owner else []}}, 201)


class View:
    """An informer that has seen nothing but what is in its store."""

    def __init__(self) -> None:
        self.store: Store[Any] = Store()

    def has_seen(self, version: int) -> bool:
        return version < 5

    def relist(self) -> None:
        pass


async def applied(api: ScriptedApi, *actions: Action) -> tuple[Sequence[Outcome], bool]:
    """Apply actions; returns their outcomes, and whether the job has to wait for the cache afterwards."""
    gate = Consistency({kind: View() for kind in RESOURCES}, lambda: 0)
    async with api.client() as client:
        outcomes = await Applier(client, RESOURCES, gate).apply(JOB, actions)
    assert [outcome.action for outcome in outcomes] == list(actions)
    return outcomes, not gate.caught_up(KEY)


async def test_a_creation_sends_the_manifest_and_is_waited_for() -> None:
    api = ScriptedApi(stored())
    (outcome,), waits = await applied(api, create())
    assert outcome.done
    assert waits
    assert api.asked() == ["POST /api/v1/namespaces/ns/pods"]
    assert api.requests[0].body == {"metadata": {"name": "p"}}


async def test_47_a_name_that_is_there_already_is_success_when_it_is_ours() -> None:
    api = ScriptedApi(status(409, "AlreadyExists"), stored())
    (outcome,), waits = await applied(api, create())
    assert outcome.done
    assert waits
    assert api.asked() == ["POST /api/v1/namespaces/ns/pods", "GET /api/v1/namespaces/ns/pods/p"]


@pytest.mark.parametrize(("owner", "taken_by"), [("other", "MXJob other"), ("", "an object without a controller")])
async def test_48_a_name_that_belongs_to_another_is_taken(owner: str, taken_by: str) -> None:
    (outcome,), waits = await applied(ScriptedApi(status(409, "AlreadyExists"), stored(owner)), create())
    assert (outcome.done, outcome.taken_by) == (False, taken_by)
    assert not waits


async def test_48_our_own_object_without_the_labels_by_which_it_is_seen_is_in_the_way() -> None:
    labels = {"training.kubeflow.org/operator-name": "mxjob-controller", "training.kubeflow.org/job-name": "job"}
    action = Create("Pod", "p", "Worker", {"metadata": {"name": "p", "labels": labels}})
    (outcome,), waits = await applied(ScriptedApi(status(409, "AlreadyExists"), stored()), action)
    assert (outcome.done, outcome.taken_by) == (False, "an object of this job that lost its labels")
    assert not waits


async def test_a_name_that_was_freed_meanwhile_is_tried_again_later() -> None:
    (outcome,), _ = await applied(ScriptedApi(status(409, "AlreadyExists"), status(404, "NotFound", "gone")), create())
    assert (outcome.done, outcome.permanent, outcome.error) == (False, False, "gone")


@pytest.mark.parametrize(("code", "permanent"), [(422, True), (400, True), (403, False), (500, False)])
async def test_a_refusal_is_told_and_whether_to_repeat_it(code: int, permanent: bool) -> None:
    (outcome,), waits = await applied(ScriptedApi(status(code, "Reason", "because")), create())
    assert (outcome.done, outcome.error, outcome.permanent) == (False, "because", permanent)
    assert not waits


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        pytest.param(Answer(), True, id="accepted"),
        pytest.param(status(404), True, id="gone already"),
        pytest.param(status(409, "Conflict"), False, id="another object has its name by now, or somebody else objects"),
        pytest.param(status(403, "Forbidden", "no"), False, id="forbidden"),
    ],
)
async def test_a_deletion_means_exactly_one_object(answer: Answer, done: bool) -> None:
    api = ScriptedApi(answer)
    (outcome,), _ = await applied(api, Delete("Pod", "p", "p-uid"))
    assert outcome.done is done
    assert api.asked() == ["DELETE /api/v1/namespaces/ns/pods/p"]
    assert api.requests[0].body["preconditions"] == {"uid": "p-uid"}


async def test_a_job_is_deleted_with_its_children_following() -> None:
    api = ScriptedApi(Answer())
    await applied(api, Delete("MXJob", "job", "job-uid"))
    assert api.asked() == ["DELETE /apis/kubeflow.org/v1/namespaces/ns/mxjobs/job"]
    assert api.requests[0].body["propagationPolicy"] == "Background"


async def test_a_pod_group_is_changed_at_the_version_that_was_seen() -> None:
    patch = {"metadata": {"resourceVersion": "3"}, "spec": {"minMember": 4}}
    api = ScriptedApi(stored())
    (outcome,), waits = await applied(api, Update("PodGroup", "job", patch))
    assert outcome.done
    assert waits
    assert api.asked() == ["PATCH /apis/scheduling.volcano.sh/v1beta1/namespaces/ns/podgroups/job"]
    assert api.requests[0].body == patch


async def test_an_exhausted_quota_is_not_run_into_hundreds_of_times() -> None:
    api = ScriptedApi(status(403, "Forbidden", "exceeded quota"))
    outcomes, _ = await applied(api, *(create(f"p{number}") for number in range(300)))
    assert len(api.requests) <= 8
    assert {outcome.error for outcome in outcomes} == {"exceeded quota"}
    assert not any(outcome.done for outcome in outcomes)


async def test_49_a_kind_that_is_refused_for_one_type_keeps_no_other_from_being_made() -> None:
    services = [Create("Service", f"s{number}", "Server", {"metadata": {"name": "s"}}) for number in range(20)]
    pods = [create(f"p{number}") for number in range(20)]
    refusals = [status(403, "Forbidden", "exceeded quota")] * 8
    outcomes, _ = await applied(ScriptedApi(*refusals, stored()), *services, *pods)
    assert [outcome.done for outcome in outcomes] == [False] * 20 + [True] * 20


async def test_49_a_template_that_cannot_be_is_not_sent_hundreds_of_times() -> None:
    api = ScriptedApi(status(422, "Invalid", "no such field"))
    outcomes, _ = await applied(api, *(create(f"p{number}") for number in range(300)))
    assert len(api.requests) <= 8
    assert all(outcome.permanent and outcome.error == "no such field" for outcome in outcomes)


async def test_49_after_a_refusal_the_next_type_is_begun_with_a_few_again() -> None:
    api = ScriptedApi(*[stored()] * 24, status(403, "Forbidden", "exceeded quota"))
    kinds = ("Server", "Worker", "Tuner")
    await applied(api, *(Create("Pod", f"{kind}{n}", kind, {"metadata": {}}) for kind in kinds for n in range(100)))
    assert len(api.requests) <= 24 + 32 + 8 + 8


async def test_an_api_server_in_trouble_says_nothing_about_what_was_not_attempted() -> None:
    api = ScriptedApi(status(503, "ServiceUnavailable", "wait"))
    outcomes, _ = await applied(api, *(create(f"p{number}") for number in range(20)))
    assert len(api.requests) <= 8
    assert all(outcome.transient for outcome in outcomes)


@pytest.mark.parametrize("answers", [(status(422),), (status(409), stored("other"))])
async def test_what_concerns_one_object_only_stops_no_other(answers: tuple[Answer, ...]) -> None:
    api = ScriptedApi(*answers, stored())
    outcomes, _ = await applied(api, *(create(f"p{number}") for number in range(20)))
    assert sum(outcome.done for outcome in outcomes) >= 18


async def test_an_api_server_that_is_away_is_an_outcome() -> None:
    api = ScriptedApi(Answer())
    async with api.client() as client:
        server = client.server
    async with client_of(server) as client:
        (outcome,) = await Applier(client, RESOURCES, Consistency({}, lambda: 0)).apply(JOB, [create()])
    assert (outcome.done, outcome.permanent) == (False, False)
    assert server in outcome.error

"""What holds for every job, whatever its pods, its owner and its cluster do to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.api.constants import LABEL_REPLICA_INDEX, LABEL_REPLICA_TYPE
from controller.api.mxjob import MXJob, read
from controller.api.objects import PodGroup
from controller.api.validation import validate
from controller.reconcile.actions import Create, Delete, Outcome
from controller.reconcile.conclude import conclude
from controller.reconcile.observed import Observed
from controller.reconcile.plan import Plan, plan
from controller.reconcile.settings import Settings
from tests.unit.controller.builders import NOW, condition, mxjob, pod, pods_of, services_of
from tests.unit.controller.json_values import ANY_JSON, mutations
from tests.unit.controller.model import ModelCluster
from tests.unit.controller.moves import MOVES, RARELY, Move

FINAL = frozenset({"Succeeded", "Failed"})
GANGS = st.sampled_from([Settings(), Settings("volcano"), Settings("scheduler-plugins-scheduler")])
POLICIES = st.sampled_from(["Never", "OnFailure", "Always", "ExitCode"])
COUNTS = st.integers(0, 3)
OURS = pod(mxjob(), "Worker").metadata.controller

JOBS = st.builds(
    mxjob,
    mode=st.sampled_from(["MXTrain", "MXTune"]),
    scheduler=st.integers(0, 1),
    server=st.integers(0, 1),
    worker=COUNTS,
    tuner=st.integers(0, 1),
    restart_policy=POLICIES,
    cleanPodPolicy=st.sampled_from(["All", "Running", "None"]),
    backoffLimit=st.none() | COUNTS,
    activeDeadlineSeconds=st.none() | st.integers(0, 60),
    ttlSecondsAfterFinished=st.none() | st.integers(0, 60),
    suspend=RARELY,
)


class Watched(ModelCluster):
    """A cluster in which every pass is held to the rules."""

    def pass_(self) -> tuple[Plan, Any]:
        observed = self.observe()
        before = read(observed.job)
        intended, conclusion = super().pass_()
        assert plan(observed, self.now, self.settings) == intended
        assert plan(seen_backwards(observed), self.now, self.settings) == intended
        check_actions(before, observed, intended)
        if self.job is not None:
            check_status(before, read(self.job), self.counters)
        return intended, conclusion


def seen_backwards(observed: Observed) -> Observed:
    return replace(observed, pods=observed.pods[::-1], services=observed.services[::-1])


def check_actions(job: MXJob, observed: Observed, intended: Plan) -> None:
    theirs = {each.metadata.uid for each in observed.pods if each.metadata.controller != OURS}
    assert not any(isinstance(each, Delete) and each.uid in theirs for each in intended.actions)
    asked_for = {
        f"{job.name}-{spec.type.lower()}-{i}" for spec in job.replica_specs for i in range(min(spec.replicas, 99))
    }
    created = [each for each in intended.actions if isinstance(each, Create)]
    assert {each.name for each in created if each.kind != "PodGroup"} <= asked_for
    assert len({(each.kind, each.name) for each in intended.actions}) == len(intended.actions)
    if job.finished or job.run_policy.suspend or validate(observed.job):
        assert not created
    if intended.status.is_true("Succeeded") or intended.status.is_true("Failed"):
        assert job.finished or not intended.actions
        return
    for action in intended.actions:
        if isinstance(action, Delete) and action.kind == "Pod":
            assert action.uid in job.status.restarts.uids


def check_status(before: MXJob, after: MXJob, counters: Counter[str]) -> None:
    conditions = after.status.conditions
    types = [each.type for each in conditions]
    true = {each.type for each in conditions if each.status == "True"}
    assert types[0] == "Created"
    assert len(set(types)) == len(types)
    assert not {"Running", "Restarting"} <= true
    assert not (true & FINAL and true & {"Running", "Restarting"})
    if "Blocked" in types:
        assert types[1] == "Blocked"
        assert not after.finished
    if before.finished:
        assert conditions == before.status.conditions
        assert after.status.completion_time == before.status.completion_time
    assert after.finished == (after.status.completion_time is not None)
    assert after.finished == (types[-1] in FINAL)
    assert counters["successful"] + counters["failed"] == after.finished
    assert counters["restarted"] == after.status.restarts.count
    for counts in after.status.replica_statuses.values():
        assert min(counts.active, counts.succeeded, counts.failed) >= 0


@settings(max_examples=250)
@given(JOBS, GANGS, st.lists(MOVES, max_size=12))
def test_every_life_keeps_the_rules_and_comes_to_rest(job: dict[str, Any], gang: Settings, moves: list[Move]) -> None:
    cluster = Watched(job, gang)
    cluster.settle()
    for move in moves:
        if cluster.job is None:
            return
        move(cluster)
        cluster.settle()


@settings(max_examples=100)
@given(JOBS, st.lists(MOVES, max_size=8), st.lists(st.booleans(), min_size=9, max_size=9))
def test_85_refused_status_writes_change_nothing_in_the_end(
    job: dict[str, Any], moves: list[Move], refusals: list[bool]
) -> None:
    """A pass whose status is refused was only half made: its actions happened, its decisions are made again."""
    cluster = Watched(job)
    refused = iter(refusals)
    for move in (ModelCluster.reap, *moves):
        move(cluster)
        if next(refused, False):
            half_a_pass(cluster)
        cluster.settle()
        if cluster.job is None:
            return


def half_a_pass(cluster: ModelCluster) -> None:
    before, events, counters = cluster.job, list(cluster.events), cluster.counters.copy()
    ModelCluster.pass_(cluster)
    if cluster.job is not None:
        cluster.job, cluster.events, cluster.counters = before, events, counters


@settings(max_examples=200)
@given(st.data())
def test_158_no_job_that_can_be_stored_makes_a_pass_raise(data: st.DataObject) -> None:
    base = mxjob(worker=2, server=1, status={"conditions": [], "restarts": {"count": 1}}, cleanPodPolicy="All")
    raw = data.draw(mutations(base) | st.fixed_dictionaries({"spec": ANY_JSON, "status": ANY_JSON}))
    observed = Observed(raw, pods_of(base, "Running"), services_of(base))
    intended = plan(observed, NOW, data.draw(GANGS))
    outcomes = [Outcome(action, done=data.draw(st.booleans())) for action in intended.actions[:4]]
    conclude(observed, intended, outcomes, NOW)


@pytest.mark.parametrize("end", [None, "Failed"])
def test_158_no_time_that_can_be_stored_makes_a_pass_raise(end: str | None) -> None:
    last = "9999-12-31T23:59:59Z"
    conditions = [condition("Created"), *([condition(end)] if end else [])]
    status = {"conditions": conditions, "startTime": last, **({"completionTime": last} if end else {})}
    raw = mxjob(worker=1, activeDeadlineSeconds=60, ttlSecondsAfterFinished=60, status=status)
    going = pod(raw, "Worker", phase="Running")
    going = msgspec.structs.replace(
        going, metadata=msgspec.structs.replace(going.metadata, deletion_timestamp="9999-12-31T23:59:59Z")
    )
    requeue_after = plan(Observed(raw, (going,)), NOW).requeue_after
    assert requeue_after is not None
    assert requeue_after > timedelta(days=1)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["worker", "Worker", "server", "", "foo"]),
            st.text(max_size=5) | st.integers(-2, 4).map(str),
            st.sampled_from(["Running", "Failed", "Succeeded", "Pending", "Unknown", "Odd"]),
            st.booleans(),
            st.sampled_from([None, "", "another"]),
        ),
        max_size=6,
    ),
    POLICIES,
)
def test_146_no_pod_that_carries_the_label_makes_a_pass_raise(seen: list[tuple[Any, ...]], policy: str) -> None:
    job = mxjob(worker=2, restart_policy=policy)
    pods = tuple(
        pod(
            job,
            "Worker",
            number,
            phase=phase,
            terminating=terminating,
            owner_uid=owner,
            labels={LABEL_REPLICA_TYPE: label, LABEL_REPLICA_INDEX: index},
        )
        for number, (label, index, phase, terminating, owner) in enumerate(seen)
    )
    observed = Observed(job, pods, pod_group=PodGroup(pods[0].metadata) if pods else None)
    check_actions(read(job), observed, plan(observed, NOW))

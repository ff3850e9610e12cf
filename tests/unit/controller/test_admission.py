"""What the optional webhook refuses, and what it warns of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.reconcile.admission import judge
from tests.cluster.mxjobs import container, mxjob, replicas
from tests.unit.controller.json_values import mutations

Object = dict[str, Any]
TOO_MANY = mxjob(Worker=replicas(replicas=10_001))


@pytest.mark.parametrize(
    ("job", "warning"),
    [
        pytest.param(mxjob(), None, id="nothing to say"),
        pytest.param(mxjob(Oracle=replicas()), "spec.mxReplicaSpecs.Oracle: not a type", id="an unknown type"),
        pytest.param(mxjob(mode="MXTune"), "MXTune without a Tuner", id="a mode that does not fit"),
        pytest.param(mxjob(Tuner=replicas()), "MXTrain with a Tuner", id="types that do not fit"),
        pytest.param(
            mxjob(Worker=replicas(pod={"restartPolicy": "Always"})), "is overwritten by", id="two restart policies"
        ),
        pytest.param(
            mxjob(Worker=replicas(container(env=[{"name": "DMLC_ROLE", "value": "x"}]))),
            "the controller sets DMLC_ROLE itself",
            id="a variable of ours",
        ),
        pytest.param(mxjob(Server=replicas()), "lets servers run on", id="servers that outlive the job"),
        pytest.param(mxjob(run_policy={"cleanPodPolicy": "Running"}, Server=replicas()), None, id="servers that end"),
        pytest.param(
            mxjob(run_policy={"managedBy": "kueue.x-k8s.io/multikueue"}, Oracle=replicas()), None, id="not our job"
        ),
    ],
)
def test_a_job_that_may_surprise_is_taken_with_a_warning(job: Object, warning: str | None) -> None:
    judgement = judge(job, None)
    assert judgement.problems == ()
    assert [warning in each for each in judgement.warnings] == ([] if warning is None else [True])  # type: ignore[operator]  # None is a case of its own


@pytest.mark.parametrize(
    ("job", "before", "refused"),
    [
        pytest.param(TOO_MANY, None, True, id="a new job"),
        pytest.param(TOO_MANY, mxjob(), True, id="an update that makes it so"),
        pytest.param(TOO_MANY | {"metadata": {"name": "job", "labels": {"a": "b"}}}, TOO_MANY, False, id="it was so"),
    ],
)
def test_only_what_is_new_is_refused(job: Object, before: Object | None, refused: bool) -> None:
    assert bool(judge(job, before).problems) is refused
    assert judge(job, before).warnings == ()


WITH_ENV = mxjob(Server=replicas(container(env=[{"name": "DMLC_ROLE", "value": "x"}])), Worker=replicas())


@given(st.one_of(mutations(WITH_ENV), mutations(TOO_MANY)), st.one_of(st.none(), mutations(WITH_ENV)))
def test_nothing_that_is_sent_makes_it_raise(job: Object, before: Object | None) -> None:
    judge(job, before)

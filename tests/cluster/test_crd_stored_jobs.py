"""Jobs that v1.8.1's CRD let in stay manageable once ours judges them: labels, suspend, status, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import yaml
from kubernetes.client import ApiException

from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import MXJobs, Object, container, mxjob, of_types, reason, replicas
from tests.cluster.waiting import wait_until

# A CRD of its own: the cluster's MXJob CRD serves other tests.
GROUP = "stored-jobs.example.test"
INVALID = {
    "no-spec": {"kind": "MXJob", "metadata": {"name": "no-spec"}},
    "no-types": of_types({}, "no-types"),
    "empty-worker": mxjob("empty-worker", Worker={}),
    "empty-template": mxjob("empty-template", Worker={"template": {}}),
    "no-containers": mxjob("no-containers", Worker=replicas(pod={"containers": []})),
    "no-mxnet": mxjob("no-mxnet", Worker=replicas(container("main"))),
    "no-image": mxjob("no-image", Worker=replicas({"name": "mxnet"})),
    "same-names": mxjob("same-names", Worker=replicas(container(), container())),
    "negative": mxjob("negative", Worker=replicas(replicas=-1)),
    "odd-restart": mxjob("odd-restart", Worker=replicas(restartPolicy="Foo")),
    "odd-clean": mxjob("odd-clean", run_policy={"cleanPodPolicy": "none"}),
    "odd-mode": mxjob("odd-mode", mode="Train"),
    "odd-types": of_types({"Worker": replicas(), "worker": replicas(), "a/b": replicas()}, "odd-types"),
    "10test": mxjob("10test"),
    "a.b": mxjob("a.b"),
    "j" * 60: mxjob("j" * 60),
}
FINALIZER = "example.test/hold"


def permissive(crd: Object) -> Object:
    """Let everything in, as if no schema had been written."""
    version = crd["spec"]["versions"][0]
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return crd | {"spec": crd["spec"] | {"versions": [version | {"schema": schema}]}}


def in_own_group() -> Object:
    crd: Object = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    return crd | {
        "metadata": {"name": f"{crd['spec']['names']['plural']}.{GROUP}"},
        "spec": crd["spec"] | {"group": GROUP},
    }


def judges(jobs: MXJobs) -> bool:
    """Whether the API server applies the real schema by now."""
    try:
        jobs.create(mxjob("probe", mode="Train"), dry_run=True)
    except ApiException as error:
        return bool(error.status == 422)
    return False


def lets_in(jobs: MXJobs) -> bool:
    """Whether the API server serves the permissive CRD by now."""
    try:
        jobs.create({"kind": "MXJob", "metadata": {"name": "probe"}}, dry_run=True)
    except ApiException:
        return False
    return True


@pytest.fixture(scope="module")
def namespaces(cluster: Cluster) -> Iterator[dict[str, MXJobs]]:
    """Two namespaces full of invalid jobs that were stored before the CRD judged them."""
    crd = in_own_group()
    jobs = {name: MXJobs(cluster.kubeconfig, name, GROUP) for name in ("stored-jobs", "doomed-jobs")}
    output(cluster, "create", "-f", "-", stdin=yaml.safe_dump(permissive(crd)))
    try:
        for name, each in jobs.items():
            output(cluster, "create", "namespace", name)
            wait_until(partial(lets_in, each))
            for job in INVALID.values():
                each.create(held(job))
        output(cluster, "replace", "-f", "-", stdin=yaml.safe_dump(crd))
        wait_until(lambda: all(judges(each) for each in jobs.values()))
        yield jobs
    finally:
        for name, each in jobs.items():
            for job_name in each.names():
                each.patch(job_name, {"metadata": {"finalizers": None}})
            output(cluster, "delete", "namespace", name, "--wait=false")
        output(cluster, "delete", "crd", crd["metadata"]["name"])


@pytest.fixture
def stored(namespaces: dict[str, MXJobs]) -> MXJobs:
    return namespaces["stored-jobs"]


@pytest.fixture
def doomed(namespaces: dict[str, MXJobs]) -> MXJobs:
    return namespaces["doomed-jobs"]


def held(job: Object) -> Object:
    return job | {"metadata": job["metadata"] | {"finalizers": [FINALIZER]}}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_job_would_not_be_let_in_today(stored: MXJobs, name: str) -> None:
    assert stored.refusal(INVALID[name])


@pytest.mark.parametrize("name", INVALID)
def test_a_stored_invalid_job_takes_labels(stored: MXJobs, name: str) -> None:
    labels = {"team": "vision"}
    assert stored.patch(name, {"metadata": {"labels": labels}})["metadata"]["labels"] == labels


@pytest.mark.parametrize("name", INVALID)
def test_a_stored_invalid_job_takes_a_status(stored: MXJobs, name: str) -> None:
    conditions = [{"type": "Invalid", "status": "True", "reason": "MXJobFailedValidation", "message": "No."}]
    written = stored.patch_status(name, {"status": {"conditions": conditions}})
    assert written["status"]["conditions"] == conditions


@pytest.mark.parametrize("name", [name for name in INVALID if name != "no-spec"])
def test_a_stored_invalid_job_can_be_suspended(stored: MXJobs, name: str) -> None:
    patched = stored.patch(name, {"spec": {"runPolicy": {"suspend": True}}})
    assert patched["spec"]["runPolicy"]["suspend"] is True


@pytest.mark.parametrize("name", ["odd-clean", "odd-mode", "odd-types", "10test", "a.b", "j" * 60])
def test_a_stored_invalid_job_can_be_scaled(stored: MXJobs, name: str) -> None:
    patched = stored.patch(name, {"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 2}}}})
    assert patched["spec"]["mxReplicaSpecs"]["Worker"]["replicas"] == 2


def test_a_stored_invalid_job_can_be_corrected(stored: MXJobs) -> None:
    stored.patch("odd-mode", {"spec": {"jobMode": "MXTrain"}})
    with pytest.raises(ApiException) as refused:
        stored.patch("odd-mode", {"spec": {"jobMode": "Train"}})
    assert "supported values" in reason(refused.value)


def test_161_a_job_stored_without_a_run_policy_keeps_its_manager(stored: MXJobs) -> None:
    """The run policy that admission fills in today counts as the old one."""
    with pytest.raises(ApiException) as refused:
        stored.patch("10test", {"spec": {"runPolicy": {"managedBy": "kueue.x-k8s.io/multikueue"}}})
    assert "managedBy is immutable" in reason(refused.value)


def test_a_spec_cannot_be_taken_away(stored: MXJobs) -> None:
    with pytest.raises(ApiException) as refused:
        stored.patch("odd-clean", {"spec": None})
    assert "spec is missing" in reason(refused.value)


@pytest.mark.parametrize("name", INVALID)
def test_a_stored_invalid_job_can_be_deleted(doomed: MXJobs, name: str) -> None:
    """Its finalizer has to go by an update, which the rules must let through."""
    doomed.delete(name)
    doomed.patch(name, {"metadata": {"finalizers": None}})
    assert name not in doomed.names()

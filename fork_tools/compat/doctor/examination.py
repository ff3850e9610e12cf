"""Asks the API server for each thing, and lets it be judged; what may not be read is told, never passed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from controller.api.constants import API_VERSION, CRD_NAME, PLURAL
from fork_tools.api_server import ApiServer, Object, RefusedError
from fork_tools.compat.doctor.controllers import judge_controllers
from fork_tools.compat.doctor.definition import installed_by, judge_definition, judge_version
from fork_tools.compat.doctor.jobs import judge_gang_scheduling, judge_jobs, judge_kueue
from fork_tools.compat.doctor.permissions import INSTALLING, RUNNING, Access, judge_permissions, review
from fork_tools.compat.doctor.webhooks import judge_webhooks, services
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.report.wording import plural

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1"
_KINDS_OF_WEBHOOK = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")

Look = Callable[["_Cluster"], tuple[str, Iterator[Finding]]]


@dataclass
class _Cluster:
    """What was read so far; each thing is read once, when it is first asked for."""

    api: ApiServer
    account: str | None
    version: Object = field(default_factory=dict)

    @cached_property
    def definition(self) -> Object | None:
        return self.api.find(f"{_CRDS}/{CRD_NAME}")

    @cached_property
    def definitions(self) -> frozenset[str]:
        return frozenset(crd["metadata"]["name"] for crd in self.api.items(_CRDS))

    @cached_property
    def workloads(self) -> list[Object]:
        kinds = ("deployments", "statefulsets")
        return [item for kind in kinds for item in self.api.items(f"/apis/apps/v1/{kind}")]

    @cached_property
    def jobs(self) -> list[Object]:
        return list(self.api.items(f"/apis/{API_VERSION}/{PLURAL}"))

    @cached_property
    def webhooks(self) -> list[Object]:
        return [item for kind in _KINDS_OF_WEBHOOK for item in self.api.items(f"{_WEBHOOKS}/{kind}")]

    def missing_services(self) -> frozenset[tuple[str, str]]:
        paths = {each: f"/api/v1/namespaces/{each[0]}/services/{each[1]}" for each in services(self.webhooks)}
        return frozenset(each for each, path in paths.items() if self.api.find(path) is None)

    def denied(self, accesses: tuple[Access, ...], user: str | None) -> list[Access]:
        return [access for access in accesses if not self._allowed(access, user)]

    def _allowed(self, access: Access, user: str | None) -> bool:
        path, body = review(access, user)
        return bool(self.api.request("POST", path, body)["status"]["allowed"])


def examine(api: ApiServer, account: str | None = None) -> Report:
    """Look at everything that an installation or an upgrade may stumble over.

    `account` is the user name of the controller's service account, if its permissions are to be checked. Raises
    MxforkError when the API server does not answer at all.
    """
    cluster = _Cluster(api, account, api.get("/version"))
    looks = [*_LOOKS, *([("service account", _account)] if account else [])]
    suite = Suite("doctor", tuple(_case(name, look, cluster) for name, look in looks))
    facts = {"server": api.address, "kubernetes": str(cluster.version.get("gitVersion"))}
    found = [finding for case in suite.cases for finding in case.findings]
    return Report("doctor", "Is this cluster ready for mxjob-controller?", _word(suite, found), (suite,), facts)


def _word(suite: Suite, findings: list[Finding]) -> str:
    if any(finding.level is Level.ERROR for finding in findings):
        return "not ready"
    if any(case.outcome is Outcome.ERROR for case in suite.cases):
        return "could not check"
    return "ready with notes" if findings else "ready"


def _case(name: str, look: Look, cluster: _Cluster) -> Case:
    begin = time.monotonic()
    try:
        summary, judged = look(cluster)
        findings = tuple(judged)
    except RefusedError as error:
        return Case(name, Outcome.ERROR, error.what, seconds=time.monotonic() - begin, text=str(error))
    failed = any(finding.level is Level.ERROR for finding in findings)
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    return Case(name, outcome, summary, findings, time.monotonic() - begin)


def _version(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return str(cluster.version.get("gitVersion")), judge_version(cluster.version)


def _definition(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return installed_by(cluster.definition), judge_definition(cluster.definition)


def _controllers(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return f"{plural(len(cluster.workloads), 'workload')} looked at", judge_controllers(cluster.workloads)


def _webhooks(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    told = f"{plural(len(cluster.webhooks), 'configuration')} looked at"
    return told, judge_webhooks(cluster.webhooks, cluster.missing_services())


def _jobs(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return f"{plural(len(cluster.jobs), 'MXJob')} looked at", judge_jobs(cluster.jobs)


def _gang(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return "", judge_gang_scheduling(cluster.jobs, cluster.definitions)


def _kueue(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return "", judge_kueue(cluster.jobs, cluster.definitions, cluster.workloads)


def _installing(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    return f"{len(INSTALLING)} asked for", judge_permissions(cluster.denied(INSTALLING, None), "you")


def _account(cluster: _Cluster) -> tuple[str, Iterator[Finding]]:
    denied = cluster.denied(RUNNING, cluster.account)
    return f"{len(RUNNING)} asked for", judge_permissions(denied, str(cluster.account))


_LOOKS: tuple[tuple[str, Look], ...] = (
    ("Kubernetes version", _version),
    ("MXJob CRD", _definition),
    ("other controllers", _controllers),
    ("webhooks", _webhooks),
    ("MXJobs", _jobs),
    ("permissions to install", _installing),
    ("gang scheduler", _gang),
    ("Kueue", _kueue),
)

"""Whatever is sent, its sender learns what became of it: refused, explained or served, and nobody else is harmed.

`make fuzz` does the same with more jobs and other ones.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.cluster.lifecycle import Cluster, up
from tests.cluster import shipped
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.generated.breakages import STATUSES, Candidate, as_json, broken
from tests.cluster.generated.schemas import permissive, typed_only
from tests.cluster.generated.sending import NAMESPACE, ApiServer
from tests.cluster.generated.shapes import PLAUSIBLE
from tests.cluster.generated.verdicts import Sent, UnexplainedError, Verdict, judge_admission, verdict
from tests.cluster.kube import Kube
from tests.cluster.kubectl import output
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until

JOBS = int(os.environ.get("FUZZ_JOBS", "1200"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
ADMISSION, NEVER, LATE = "judged at admission", "never judged", "judged once they were stored"
SHARES = {ADMISSION: JOBS, NEVER: JOBS // 3, LATE: JOBS // 3}
# Without these a run would prove little; the others are rare.
EXPECTED = set(Verdict) - {Verdict.EXPIRED, Verdict.ELSEWHERE}
STATUSES_WRITTEN = max(150, JOBS // 20)


class Crowd:
    """Many jobs that were sent to one API server, and the controller that looks after those that were accepted."""

    def __init__(self, when: str, cluster: Cluster, sent: Sequence[Sent], controller: ControllerProcess) -> None:
        self.when = when
        self.server = ApiServer(cluster.kubeconfig)
        self.cluster = cluster
        self.sent = sent
        self.controller = controller

    def settle(self) -> Counter[Verdict]:
        """Wait until every job is as it should be, and count what became of them."""
        patience = 30 + len(self.sent) / 20
        found, complaints = self._judge()
        limit = time.monotonic() + patience
        while complaints and time.monotonic() < limit:
            wait_until(self.controller.idle, within=patience, otherwise=lambda: self.controller.log[-5000:])
            found, complaints = self._judge()
        assert not complaints, report(complaints)
        return found

    def _judge(self) -> tuple[Counter[Verdict], list[str]]:
        view = self.server.look()
        found: Counter[Verdict] = Counter()
        complaints = []
        for sent in self.sent:
            try:
                found[verdict(sent, view)] += 1
            except UnexplainedError as error:
                complaints.append(f"{error}\n    {sent}\n    status: {view.jobs.get(sent.name, {}).get('status')}")
        return found, complaints


def report(complaints: Sequence[str]) -> str:
    """Show the first of many."""
    shown = "\n".join(complaints[:5])
    return f"{len(complaints)} jobs, again with make fuzz JOBS={JOBS} SEED={SEED}:\n{shown}"


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Draw as many values from Hypothesis as one test is to send at a time."""
    values: list[Any] = []

    @seed(SEED)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(strategy)
    def collect(value: Any) -> None:
        values.append(value)

    collect()
    return values


@cache
def candidates() -> list[Candidate]:
    """Make up jobs: one in three plausible, the others broken."""
    return drawn(st.one_of(PLAUSIBLE.map(Candidate), broken(), broken()), JOBS)


def send(cluster: Cluster, count: int) -> list[Sent]:
    """Send so many jobs, as fast as the API server takes them."""
    chosen = candidates()[:count]
    answers = ApiServer(cluster.kubeconfig).create(each.text(number) for number, each in enumerate(chosen))
    return [Sent(candidate, answer) for candidate, answer in zip(chosen, answers, strict=True)]


def judge_from_now_on(cluster: Cluster) -> None:
    """Install today's CRD in place of the one that is there."""
    output(cluster, "replace", "-f", str(MXJOB_CRD))
    probe = json.dumps(mxjob("probe", mode="Train"))
    wait_until(lambda: ApiServer(cluster.kubeconfig).create([probe])[0].status == 422)


@pytest.fixture(scope="module", autouse=True)
def deep_json() -> Iterator[None]:
    """Let Python's JSON decoder read as deeply nested objects as the API server stores."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture(scope="module", params=[ADMISSION, NEVER, LATE])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """Send a crowd to a control plane of its own: it would disturb other tests, and they use today's CRD."""
    when = request.param
    directory = tmp_path_factory.mktemp("g")
    crd = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    first = directory / "crd.yaml"
    first.write_text(yaml.safe_dump({ADMISSION: crd, NEVER: permissive(crd), LATE: typed_only(crd)}[when]))
    cluster = up(directory / "cluster", assets=find_assets(), crds=[first], tied_to_parent=True)
    try:
        sent = send(cluster, SHARES[when]) if when == LATE else []
        if when == LATE:
            judge_from_now_on(cluster)
        with running(f"--kubeconfig={shipped.access(cluster, directory / 'access')}") as controller:
            controller.wait_until_ready()
            yield Crowd(when, cluster, sent or send(cluster, SHARES[when]), controller)
    finally:
        cluster.down()


def test_a_plausible_job_is_taken_and_a_refusal_names_what_was_broken(crowd: Crowd) -> None:
    """The CRD and the controller agree, too: what the one accepts is valid for the other."""
    complaints = []
    for sent in crowd.sent:
        try:
            judge_admission(sent, by_schema=crowd.when == ADMISSION)
        except UnexplainedError as error:
            complaints.append(f"{error}\n    {sent}")
    assert not complaints, report(complaints)


def test_158_every_job_that_is_stored_is_served_or_says_why_it_is_not(crowd: Crowd) -> None:
    found = crowd.settle()
    assert found.keys() >= EXPECTED or JOBS < 1200, found


def test_158_nothing_that_somebody_writes_into_a_status_changes_that(crowd: Crowd) -> None:
    crowd.settle()
    ours = [name for name, job in crowd.server.look().jobs.items() if "status" in job]
    patches = [as_json({"status": status}) for status in drawn(STATUSES, STATUSES_WRITTEN)]
    crowd.server.write_statuses(dict(zip(ours, patches, strict=False)))
    crowd.settle()


def test_158_nobody_else_is_harmed(crowd: Crowd) -> None:
    crowd.settle()
    kube = Kube(crowd.cluster.kubeconfig)
    here = kube.in_namespace(NAMESPACE)
    here.create_job(mxjob("last", Worker=replicas(replicas=2)))
    wait_until(
        lambda: {"last-worker-0", "last-worker-1"} <= here.pods().keys() & here.services().keys(),
        otherwise=lambda: crowd.controller.log[-5000:],
    )
    kube.close()
    assert crowd.controller.process.poll() is None
    assert crowd.controller.probe("/healthz")[0] == 200
    assert crowd.controller.metrics()['controller_runtime_reconcile_errors_total{controller="mxjob-controller"}'] == 0
    assert "Traceback" not in crowd.controller.log

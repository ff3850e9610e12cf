"""A whole run: which scenarios, each on a stage of its own, and the report on them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from controller.api.constants import CRD_NAME
from fork_tools.api_server import ApiServer
from fork_tools.compat.conformance.player import Pace, Player, holds
from fork_tools.compat.conformance.scenario import CORE, EXTENDED, Scenario
from fork_tools.compat.conformance.stage import Stage
from fork_tools.errors import MxforkError
from fork_tools.progress import Detail
from fork_tools.report.finding import Finding
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.report.wording import plural

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NAMESPACES = "/api/v1/namespaces"


@dataclass(frozen=True, slots=True)
class Run:
    """Where to play, at which pace; `namespace` is an existing one to play in, or a new one for each scenario."""

    api: ApiServer
    pace: Pace
    namespace: str | None = None


def require_playable(api: ApiServer) -> None:
    """See to it that MXJobs are served, and that no kubelet plays the pods as well. Raises MxforkError."""
    if api.find(f"{_CRDS}/{CRD_NAME}") is None:
        raise MxforkError(
            "the MXJob CRD is not installed there", next_step="kubectl apply -f crds/kubeflow.org_mxjobs.yaml"
        )
    nodes = [node["metadata"]["name"] for node in api.items("/api/v1/nodes")]
    if nodes:
        raise MxforkError(
            "the cluster has nodes, and kubelets would play the pods of the scenarios as well",
            facts=(("nodes", ", ".join(nodes[:3])),),
            next_step="mxfork cluster up    makes a control plane without nodes; run the controller against that",
        )


def conformance_report(run: Run, scenarios: Sequence[Scenario], features: frozenset[str], detail: Detail) -> Report:
    """Play the scenarios of the core profile, and those extended ones that need nothing or whose feature is claimed.

    Raises MxforkError when nothing reconciles MXJobs there.
    """
    suites: dict[str, list[Case]] = {CORE: [], EXTENDED: []}
    for number, scenario in enumerate(scenarios):
        detail(f"{scenario.name} ({number + 1} of {len(scenarios)})")
        if scenario.requires and scenario.feature not in features:
            case = Case(scenario.name, Outcome.SKIPPED, f"feature {scenario.feature} is not claimed")
        else:
            case = _played(run, scenario)
        suites[scenario.profile].append(case)
    return Report(
        "conformance",
        "Does this controller do what v1.8.1 did?",
        _verdict([case for cases in suites.values() for case in cases]),
        tuple(Suite(name, tuple(cases)) for name, cases in suites.items()),
        {
            "server": run.api.address,
            "kubernetes": str(run.api.get("/version").get("gitVersion")),
            "recordings": "training-operator v1.8.1",
            "features": ", ".join(sorted(features)) or "none claimed",
        },
    )


def record(run: Run, scenario: Scenario) -> dict[str, object]:
    """Play a scenario and give what was seen at each snap. Raises NotReachedError."""
    with _stage(run, scenario) as stage:
        return dict(Player(scenario, stage, run.pace).record())


def _played(run: Run, scenario: Scenario) -> Case:
    begin = time.monotonic()
    with _stage(run, scenario) as stage:
        findings = Player(scenario, stage, run.pace).replay()
        if findings and not stage.conditions(scenario.job_name):
            raise _nobody_there(run)
    return _case(scenario, findings, time.monotonic() - begin)


def _case(scenario: Scenario, findings: tuple[Finding, ...], seconds: float) -> Case:
    told = f"{plural(len(findings), 'difference')}" if findings else f"feature {scenario.feature}"
    summary = told if findings or scenario.feature else ""
    return Case(scenario.name, Outcome.FAILED if findings else Outcome.PASSED, summary, findings, seconds)


def _verdict(cases: Sequence[Case]) -> str:
    if any(case.outcome is Outcome.FAILED for case in cases):
        return "does not conform"
    return "conforms" if all(case.outcome is Outcome.PASSED for case in cases) else "conforms in what it claims"


@contextmanager
def _stage(run: Run, scenario: Scenario) -> Iterator[Stage]:
    if run.namespace:
        stage = Stage(run.api, run.namespace)
        try:
            yield stage
        finally:
            # A controller may answer a deleted pod with a new one before it hears that the job is gone.
            holds(lambda: stage.clear(scenario.job_name) and stage.clear(scenario.job_name), run.pace.timeout)
        return
    name = f"conformance-{scenario.name}-{uuid4().hex[:6]}"
    run.api.request("POST", _NAMESPACES, {"metadata": {"name": name}})
    try:
        yield Stage(run.api, name)
    finally:
        run.api.delete(f"{_NAMESPACES}/{name}")


def _nobody_there(run: Run) -> MxforkError:
    return MxforkError(
        "no controller takes up MXJobs there",
        facts=(("waited", f"{run.pace.timeout:g} s for a first condition"), ("server", run.api.address)),
        next_step="start the controller against that cluster (for all namespaces, or name its own with --namespace)",
    )

"""The checks that compare OLD with NEW, and how one is run so that its failure is told and never passes for well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from controller.api.constants import PLURAL
from fork_tools.compat.sources.checkout import Repositories, checked_out
from fork_tools.compat.sources.manifests import read_manifests, read_schema
from fork_tools.compat.sources.reference import Reference, Where
from fork_tools.errors import MxforkError
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome, Suite
from fork_tools.report.wording import plural

_MANIFESTS = ("deploy", "crds", "manifests")
_PYTHON = ("sdk/python/kubeflow", "controller", "fork_tools", "crds")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, where git finds it, and which releases of Kubernetes NEW is to run on."""

    old: Reference
    new: Reference
    repositories: Repositories
    kubernetes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of check: `run` gives its findings by case, none when OLD and NEW are not what it `needs`."""

    name: str
    about: str
    needs: str
    run: Callable[[Comparison], Iterable[tuple[str, Iterable[Finding]]]]


def run_check(check: Check, comparison: Comparison, *, required: bool = True) -> Suite:
    """Run a check; what keeps it from being run becomes a case of its own.

    With nothing to compare a check that is `required` could not be done; another is left out, and that is told.
    """
    begin = time.monotonic()
    cases: list[Case] = []
    try:
        for name, found in check.run(comparison):
            cases.append(_case(name, tuple(found), time.monotonic() - begin))
            begin = time.monotonic()
    except MxforkError as error:
        cases.append(Case(check.name, Outcome.ERROR, error.what, seconds=time.monotonic() - begin, text=str(error)))
    if not cases:
        cases.append(Case(check.name, Outcome.ERROR if required else Outcome.SKIPPED, f"needs {check.needs}"))
    return Suite(check.name, tuple(cases))


def _case(name: str, findings: tuple[Finding, ...], seconds: float) -> Case:
    failed = any(finding.level is Level.ERROR for finding in findings)
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    return Case(name, outcome, plural(len(findings), "finding") if findings else "", findings, seconds)


def _rbac(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.rbac.comparison import compare_rbac

    with _sources(comparison.old, comparison.repositories, *_MANIFESTS) as path:
        old = read_manifests(path)
    with _sources(comparison.new, comparison.repositories, *_MANIFESTS) as path:
        new = read_manifests(path)
    yield "service accounts", compare_rbac(old, new)


def _sources(reference: Reference, repositories: Repositories, *under: str) -> AbstractContextManager[Path]:
    """Take only some folders out of a whole repository."""
    return checked_out(reference, repositories, *(() if reference.path.parts else under))


def _sdk(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.sdk.offer import compare_with_offer
    from fork_tools.compat.sdk.public_api import compare_packages
    from fork_tools.compat.sdk.reading import read_sdk, sdk_home

    with (
        _sources(comparison.old, comparison.repositories, *_PYTHON) as old,
        _sources(comparison.new, comparison.repositories, *_PYTHON) as new,
    ):
        homes = sdk_home(old), sdk_home(new)
        if homes[0] and homes[1]:
            yield "kubeflow.training", compare_packages("training", homes[0].parent, homes[1].parent)
        elif homes[0]:
            yield "kubeflow.training", compare_with_offer(read_sdk(old), read_schema(new))
        for package in ("controller", "fork_tools"):
            if (old / package).is_dir() and (new / package).is_dir():
                yield package, compare_packages(package, old, new)


def _upstream(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.upstream.causes import causes_between
    from fork_tools.compat.upstream.comparison import compare_facts
    from fork_tools.compat.upstream.reading import LOOKED_AT, read_facts

    old, new, repositories = comparison.old, comparison.new, comparison.repositories
    if old.where is not Where.UPSTREAM or new.where is not Where.UPSTREAM:
        return
    with _sources(old, repositories, *LOOKED_AT) as before, _sources(new, repositories, *LOOKED_AT) as after:
        facts = read_facts(before), read_facts(after)
    causes = causes_between(repositories.upstream, old.revision, new.revision, repositories.here)
    yield f"{old.revision} to {new.revision}", compare_facts(*facts, causes)


def _kubernetes(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.kubernetes.judging import judge_uses
    from fork_tools.compat.kubernetes.table import AS_OF
    from fork_tools.compat.kubernetes.usage import CONTROLLER, uses

    with _sources(comparison.new, comparison.repositories, *_MANIFESTS) as path:
        objects = read_manifests(path)
    yield f"table of {AS_OF.isoformat()}", judge_uses([*CONTROLLER, *uses(objects)], comparison.kubernetes)


def _crd(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.crd.check import compare_pair, suite
    from fork_tools.compat.crd.findings import Levels
    from fork_tools.compat.crd.pairing import pair_up
    from fork_tools.compat.crd.sources.source import Reader

    repositories = comparison.repositories
    reader = Reader(lambda: repositories.upstream, lambda _: repositories.own)
    pairing = pair_up(*reader.both(comparison.old.text, comparison.new.text, PLURAL), PLURAL)
    compared = tuple(compare_pair(old, new, Levels()) for old, new in pairing.pairs)
    for case in suite(compared, pairing).cases:
        yield case.name, case.findings


RBAC = Check("rbac", "what service accounts may do: gained, lost, dangerous", "manifests in both", _rbac)
SDK = Check(
    "sdk",
    "Python APIs: Kubeflow's SDK with the controller, or two versions of a package",
    "kubeflow.training in OLD, or packages in both",
    _sdk,
)
UPSTREAM = Check(
    "upstream",
    "two upstream releases: what an MXJob controller has to follow",
    "OLD and NEW to be upstream:TAG",
    _upstream,
)
KUBERNETES = Check(
    "kubernetes",
    "NEW with every supported Kubernetes: API versions and fields",
    "manifests in NEW",
    _kubernetes,
)
CRD = Check("crd", "the MXJob CRD: what breaks writers, readers, stored objects", "the MXJob CRD in both", _crd)
CHECKS: tuple[Check, ...] = (RBAC, KUBERNETES, SDK, UPSTREAM)
# `mxfork compat crd` has options of its own.
ALL: tuple[Check, ...] = (CRD, *CHECKS)

"""The checks that compare OLD with NEW, and how one is run so that its failure is told and never passes for well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fork_tools.compat.sources.checkout import Repositories, checked_out
from fork_tools.compat.sources.manifests import read_manifests
from fork_tools.compat.sources.reference import Reference
from fork_tools.errors import MxforkError
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome, Suite
from fork_tools.report.wording import plural


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and where git finds it."""

    old: Reference
    new: Reference
    repositories: Repositories


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of check: `run` gives its findings by case, `about` is one line for people."""

    name: str
    about: str
    run: Callable[[Comparison], Iterable[tuple[str, Iterable[Finding]]]]


def run_check(check: Check, comparison: Comparison) -> Suite:
    """Run a check; what keeps it from being run becomes a case of its own."""
    begin = time.monotonic()
    cases: list[Case] = []
    try:
        for name, found in check.run(comparison):
            cases.append(_case(name, tuple(found), time.monotonic() - begin))
            begin = time.monotonic()
    except MxforkError as error:
        cases.append(Case(check.name, Outcome.ERROR, error.what, seconds=time.monotonic() - begin, text=str(error)))
    return Suite(check.name, tuple(cases))


def _case(name: str, findings: tuple[Finding, ...], seconds: float) -> Case:
    failed = any(finding.level is Level.ERROR for finding in findings)
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    return Case(name, outcome, plural(len(findings), "finding") if findings else "", findings, seconds)


def _rbac(comparison: Comparison) -> Iterable[tuple[str, Iterable[Finding]]]:
    from fork_tools.compat.rbac.comparison import compare_rbac

    homes = ("deploy", "crds", "manifests") if _whole(comparison.old) else ()
    with checked_out(comparison.old, comparison.repositories, *homes) as path:
        old = read_manifests(path)
    homes = ("deploy", "crds", "manifests") if _whole(comparison.new) else ()
    with checked_out(comparison.new, comparison.repositories, *homes) as path:
        new = read_manifests(path)
    yield "service accounts", compare_rbac(old, new)


def _whole(reference: Reference) -> bool:
    return not reference.path.parts


RBAC = Check("rbac", "what service accounts may do: gained, lost, dangerous", _rbac)
CHECKS: tuple[Check, ...] = (RBAC,)

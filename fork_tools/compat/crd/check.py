"""The check as a whole: two sets of CRDs in, a suite of cases out. Reads nothing, asks nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.definitions import compare
from fork_tools.compat.crd.findings import Levels, Witnesses, finding
from fork_tools.compat.crd.grouping import Group, group
from fork_tools.compat.crd.ownership import Owner, find_templates
from fork_tools.compat.crd.pairing import Pairing
from fork_tools.compat.crd.sources.documents import Loaded
from fork_tools.compat.crd.witness.search import Witness
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome, Suite

SUITE = "crd"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A group of changes, how grave it is, its witness, and what an API server said to it."""

    group: Group
    level: Level
    witness: Witness | None
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two CRDs, all their changes, and what is told of them; `seconds` is what it took."""

    old: Loaded
    new: Loaded
    changes: tuple[Change, ...]
    judged: tuple[Judged, ...]
    seconds: float

    @property
    def name(self) -> str:
        """The CRD's name."""
        return self.old.definition.name


def compare_pair(old: Loaded, new: Loaded, levels: Levels, tell: Tell = lambda _: None) -> Comparison:
    """Compare two CRDs and look for a witness of everything that breaks; `tell` hears how far it is."""
    begin = time.monotonic()
    changes = compare(old.definition, new.definition)
    templates = find_templates(old.definition, new.definition)
    told = group((change for change in changes if levels.tells(change)), templates)
    witnesses = Witnesses(old, new)
    judged = []
    for number, entry in enumerate(told, 1):
        tell(f"{number} of {len(told)}")
        level = levels.of(entry.first.rule) or Level.NOTE
        judged.append(Judged(entry, level, witnesses.find(entry)))
    return Comparison(old, new, changes, tuple(judged), time.monotonic() - begin)


def suite(comparisons: tuple[Comparison, ...], pairing: Pairing) -> Suite:
    """Tell the comparisons, a case for each owner's part of each CRD."""
    cases = [case for comparison in comparisons for case in _cases(comparison)]
    return Suite(SUITE, (*cases, *(_gone(loaded) for loaded in pairing.gone)))


def _cases(comparison: Comparison) -> Iterator[Case]:
    for owner in Owner:
        findings = tuple(
            finding(entry.group, entry.level, comparison.old, comparison.new, entry.witness, entry.proof)
            for entry in comparison.judged
            if entry.group.owner is owner
        )
        if owner is Owner.JOB_API:
            yield _case(f"{comparison.name}: {owner.value}", "", findings, comparison.seconds)
        elif findings:
            yield _case(f"{comparison.name}: {owner.value}", _cause(comparison), findings)


def _cause(comparison: Comparison) -> str:
    """Say which change of Kubernetes the embedded template followed."""
    old, new = comparison.old.kubernetes, comparison.new.kubernetes
    if old and new and old != new:
        return f"because Kubernetes went from {old} to {new}"
    return "as the embedded Kubernetes types changed"


def _case(name: str, summary: str, findings: tuple[Finding, ...], seconds: float = 0.0) -> Case:
    failed = any(found.level is Level.ERROR for found in findings)
    return Case(name, Outcome.FAILED if failed else Outcome.PASSED, summary, findings, seconds)


def _gone(loaded: Loaded) -> Case:
    rule = RULES["crd/definition-removed"]
    change = Change(rule.id, "the CRD is gone, and with it every object", name=loaded.definition.name)
    found = finding(Group(Owner.JOB_API, loaded.definition.name, (change,)), Level.ERROR, loaded, loaded, None)
    return _case(loaded.definition.name, "", (replace(found, location=None),))

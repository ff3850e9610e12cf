"""Facts of two releases, what differs, and what the port ledger says about the commits behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fork_tools.compat.upstream import rules
from fork_tools.compat.upstream.facts import Fact, Kind, Name
from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.rule import Rule

_RULES: Final[Mapping[Kind, Rule]] = {
    Kind.FIELD: rules.FIELD,
    Kind.CONSTANT: rules.CONSTANT,
    Kind.FLAG: rules.FLAG,
    Kind.METRIC: rules.METRIC,
    Kind.PERMISSION: rules.PERMISSION,
    Kind.FUNCTION: rules.BEHAVIOUR,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A commit that touched the file; `judged` is what the ledger says of it, `` when it says nothing or pending."""

    commit: str
    subject: str
    judged: str


Causes = Callable[[str], Sequence[Cause]]


def compare_facts(old: Mapping[Name, Fact], new: Mapping[Name, Fact], causes: Causes) -> Iterator[Finding]:
    """Tell each difference with the commits behind it: an error, or a note when the ledger has judged all of them."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None or after is None or before.value != after.value:
            yield _finding(name, before, after, causes)


def _finding(name: Name, before: Fact | None, after: Fact | None, causes: Causes) -> Finding:
    fact = after or before
    path = fact.path if fact else ""
    commits = causes(path)
    judged = bool(commits) and all(cause.judged for cause in commits)
    told = "; ".join(f"{cause.subject}{f' [{cause.judged}]' if cause.judged else ''}" for cause in commits)
    return _RULES[name.kind].finding(
        name.name,
        f"{_change(name, before, after)}{f' by {told}' if told else ''}",
        level=Level.NOTE if judged else Level.ERROR,
        location=Location(path),
        remedy=""
        if judged
        else "; ".join(f"mxfork ledger mark {cause.commit[:9]}" for cause in commits if not cause.judged),
        details={"commits": [cause.commit for cause in commits]},
    )


def _change(name: Name, before: Fact | None, after: Fact | None) -> str:
    if before is None or after is None:
        return "is new" if before is None else "is gone"
    if name.kind == Kind.FUNCTION:
        return "changed"
    return f"changed from {before.value} to {after.value}"

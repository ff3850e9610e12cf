"""Find the objects that exist and that a new schema would refuse or cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fork_tools.compat.crd.admission.admit import Admission, Refused
from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.definition import Definition
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome


def objects_case(name: str, new: Definition, objects: Iterable[Mapping[str, Any]]) -> Case:
    """Judge `objects`, as their storage version shows them, by the new definition."""
    admissions = {version.name: Admission(version.schema) for version in new.versions}
    findings: list[Finding] = []
    seen = 0
    for item in objects:
        seen += 1
        version = str(item.get("apiVersion", "")).rpartition("/")[2]
        findings.extend(_judge(item, version, admissions.get(version)))
    broken = len({finding.subject for finding in findings})
    outcome = Outcome.FAILED if findings else Outcome.PASSED
    return Case(name, outcome, f"{broken} of {seen} objects would break", tuple(findings))


def _judge(item: Mapping[str, Any], version: str, admission: Admission | None) -> Iterator[Finding]:
    if admission is None:
        yield _finding("crd/object-refused", item, f"its version {version} is gone", {})
        return
    stored = admission.stored(item)
    lost = sorted(missing(item, stored))
    if lost:
        told = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield _finding("crd/object-altered", item, f"would lose {told}", {"lost": lost})
    answer = admission.admit(item, created=False)
    if isinstance(answer, Refused):
        problems = [str(problem) for problem in answer.problems]
        yield _finding("crd/object-refused", item, problems[0], {"problems": problems})


def missing(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Yield the places that `before` has and `after` lacks."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key, value in before.items():
            if key in after:
                yield from missing(value, after[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from missing(old, new, f"{place}[{index}]")


def _finding(rule: str, item: Mapping[str, Any], message: str, details: dict[str, object]) -> Finding:
    metadata = item.get("metadata") or {}
    subject = "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
    return Finding(rule, RULES[rule].level or Level.ERROR, subject, message, remedy=RULES[rule].remedy, details=details)

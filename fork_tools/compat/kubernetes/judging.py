"""What is used, against releases of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from fork_tools.compat.kubernetes import rules
from fork_tools.compat.kubernetes.table import APIS, AS_OF, FIELDS, FIRST, LAST, Minor, Served
from fork_tools.compat.kubernetes.usage import Use
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.finding import Finding
from fork_tools.report.rule import Rule

# What the CRD needs.
OLDEST_SUPPORTED: Minor = (1, 30)
_BUILT_IN = re.compile(r"(v1|(apps|autoscaling|batch|extensions|policy)/.*|[a-z.]+\.k8s\.io/.*)")
# Built in by name only: CRDs or build tools of the same domain.
_NOT_BUILT_IN = re.compile(
    r"(kustomize\.config|scheduling\.x|kueue\.x|jobset\.x|gateway\.networking|metrics|config)\.k8s\.io/.*"
)


def supported() -> tuple[Minor, ...]:
    """List the releases that this kit is for, as far as the table goes."""
    return tuple((1, minor) for minor in range(OLDEST_SUPPORTED[1], LAST[1] + 1))


def parse_target(text: str) -> Minor:
    """Read a release such as 1.33 or v1.33.4. Raises MxforkError (wrong use) for one that the table does not cover."""
    found = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.\d+.*)?", text)
    target = (int(found[1]), int(found[2])) if found else None
    if target is None or not FIRST <= target <= LAST:
        raise MxforkError(
            f"nothing is known of Kubernetes {text}",
            facts=(("table", f"{_text(FIRST)} to {_text(LAST)}, as of {AS_OF.isoformat()}"),),
            next_step=f"name a release from {_text(FIRST)} to {_text(LAST)}",
            exit_code=ExitCode.WRONG_USE,
        )
    return target


def judge_uses(used: Iterable[Use], targets: Sequence[Minor]) -> Iterator[Finding]:
    """Tell of each use the releases in which it does not work, or is deprecated."""
    for use in sorted({*used}):
        if use.field:
            yield from _field(use, targets)
        elif _BUILT_IN.fullmatch(use.api_version) and not _NOT_BUILT_IN.fullmatch(use.api_version):
            yield from _api(use, targets)


def _field(use: Use, targets: Sequence[Minor]) -> Iterator[Finding]:
    since = FIELDS[use.kind, use.field]
    before = [target for target in targets if target < since]
    if before:
        message = f"is there from {_text(since)} on, not in {_list(before)}"
        yield rules.FIELD_NOT_YET.finding(f"{use.by}: {use.field}", message)


def _api(use: Use, targets: Sequence[Minor]) -> Iterator[Finding]:
    subject = f"{use.by}: {use.api_version} {use.kind}"
    served = APIS.get((use.api_version, use.kind)) or APIS.get((use.api_version, "*"))
    if served is None:
        yield rules.UNKNOWN.finding(subject, f"is not in the table as of {AS_OF.isoformat()}")
        return
    instead = f"; instead: {served.instead}" if served.instead else ""
    for rule, where, told in _states(served, targets):
        if where:
            yield rule.finding(subject, f"{told}, so in {_list(where)}{instead}")


def _states(served: Served, targets: Sequence[Minor]) -> Iterator[tuple[Rule, list[Minor], str]]:
    gone = served.removed or (9, 0)
    old = served.deprecated or (9, 0)
    yield rules.NOT_YET, [each for each in targets if each < served.since], f"is served from {_text(served.since)} on"
    yield rules.REMOVED, [each for each in targets if each >= gone], f"is gone from {_text(gone)} on"
    yield rules.DEPRECATED, [each for each in targets if old <= each < gone], f"is deprecated from {_text(old)} on"


def _list(minors: Sequence[Minor]) -> str:
    return ", ".join(map(_text, minors))


def _text(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"

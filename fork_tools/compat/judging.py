"""From what the checks found to the report: waivers, the ratchet, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.version import InvalidVersion, Version

from fork_tools.compat.sources.reference import Reference
from fork_tools.compat.verdict import verdict
from fork_tools.compat.waivers.applying import apply_waivers, suppress_known
from fork_tools.compat.waivers.baseline import read_baseline
from fork_tools.compat.waivers.reading import read_waivers
from fork_tools.report.report import Report, Suite

WAIVERS = Path("patches") / "waivers.toml"


@dataclass(frozen=True, slots=True)
class Allowances:
    """What need not fail the run: the file of waivers (or None) and an earlier report (or None)."""

    waivers: Path | None
    baseline: Path | None
    today: date


def judge(title: str, suites: Sequence[Suite], allowances: Allowances, old: Reference, new: Reference) -> Report:
    """Apply what is allowed, and say in one word how it stands.

    Raises MxforkError (wrong use) when waivers or baseline cannot be read.
    """
    if allowances.baseline:
        known = read_baseline(allowances.baseline)
        suites = suppress_known(suites, known, str(allowances.baseline))
    if allowances.waivers:
        suites = apply_waivers(suites, read_waivers(allowances.waivers), allowances.today, _version(old, new))
    facts: Mapping[str, str] = {"old": old.text, "new": new.text}
    return Report("compat", title, verdict(suites), tuple(suites), facts)


def _version(old: Reference, new: Reference) -> Version | None:
    """Name the upstream release of the comparison: NEW's, or else OLD's."""
    for reference in (new, old):
        try:
            return Version(reference.version_text())
        except InvalidVersion:
            continue
    return None

"""One waiver as a value, and what it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from fork_tools.report.finding import Finding, Location, Suppression


@dataclass(frozen=True, slots=True)
class Waiver:
    """Accepts findings of `rule` on subjects that fit `path` (`*` stands for anything), in a range of versions."""

    rule: str
    path: str
    reason: str
    owner: str
    expires: date
    versions: SpecifierSet | None
    location: Location

    def applies_to(self, version: Version | None) -> bool:
        """Whether the waiver is for a comparison with that upstream version; without one only when it has no range."""
        if self.versions is None:
            return True
        return version is not None and self.versions.contains(version, prereleases=True)

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is what the waiver accepts."""
        return finding.rule == self.rule and _pattern(self.path).fullmatch(finding.subject) is not None

    def suppression(self) -> Suppression:
        """Give what the finding carries then."""
        return Suppression(self.reason, self.owner, self.expires.isoformat())


def _pattern(path: str) -> re.Pattern[str]:
    # Not fnmatch: brackets are part of a field's path.
    return re.compile(".*".join(re.escape(part) for part in path.split("*")), re.DOTALL)

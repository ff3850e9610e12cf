"""Versions as upstream's tags write them, their order, and ranges over them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from semver import Version as SemVer

_WORD_AND_NUMBER = re.compile(r"([A-Za-z-]+)([0-9]+)")
_OrderKey = tuple[int, int, int, bool, tuple[tuple[int, int, str], ...]]


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A version by SemVer 2.0.0, ordered by its precedence.

    A pre-release such as `rc10` counts as `rc.10`: SemVer compares it as a word, and rc10 would come before rc9.
    """

    semver: SemVer

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.9.0-rc.1`. Raises ValueError when it is no SemVer version."""
        return cls(SemVer.parse(text))

    @property
    def is_prerelease(self) -> bool:
        """Whether it precedes the release of its number."""
        return self.semver.prerelease is not None

    @property
    def build(self) -> str | None:
        """What follows the plus sign; SemVer gives it no rank."""
        return self.semver.build

    @property
    def base(self) -> str:
        """The release it is, or leads to: `1.9.0` for `1.9.0-rc.1`."""
        return f"{self.semver.major}.{self.semver.minor}.{self.semver.patch}"

    def __str__(self) -> str:
        return str(self.semver)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> _OrderKey:
        separated = _WORD_AND_NUMBER.sub(r"\1.\2", self.semver.prerelease or "")
        identifiers = tuple(
            (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in separated.split(".") if part
        )
        return (self.semver.major, self.semver.minor, self.semver.patch, not self.is_prerelease, identifiers)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Bounds such as `>=1.9,<2`, written as packaging's specifiers.

    A pre-release is where its release is: `<2.0.0` does not admit 2.0.0-rc.0, and `>=1.9` admits 1.9.0-rc.0. A bound
    that is itself a pre-release is compared by precedence.
    """

    text: str
    specifiers: SpecifierSet

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        """Read the bounds. Raises ValueError naming what is wrong; no bounds at all admit every version."""
        try:
            return cls(text, SpecifierSet(text))
        except InvalidSpecifier as error:
            raise ValueError(f"{text!r} is no version range such as '>=1.9,<2': {error}") from error

    def contains(self, version: Version) -> bool:
        """Tell whether every bound admits `version`."""
        return all(_admits(specifier, version) for specifier in self.specifiers)

    def __str__(self) -> str:
        return self.text


_PRECEDENCE = {
    ">=": lambda version, bound: version >= bound,
    ">": lambda version, bound: version > bound,
    "<=": lambda version, bound: version <= bound,
    "<": lambda version, bound: version < bound,
    "==": lambda version, bound: version == bound,
    "!=": lambda version, bound: version != bound,
}


def _admits(specifier: Specifier, version: Version) -> bool:
    if SemVer.is_valid(specifier.version) and specifier.operator in _PRECEDENCE:
        bound = Version.parse(specifier.version)
        if bound.is_prerelease:
            return bool(_PRECEDENCE[specifier.operator](version, bound))
    return specifier.contains(version.base, prereleases=True)

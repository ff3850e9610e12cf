"""Reading patches/waivers.toml: every entry whole, or an error that names its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from fork_tools.compat.waivers.waiver import Waiver
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.finding import Location

_TEXTS = ("rule", "path", "reason", "owner")
_HEADER = re.compile(r"^\s*\[\[\s*waiver\s*\]\]", re.MULTILINE)


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read the waivers in the file at `path`.

    Raises MxforkError (wrong use) when the file is no TOML, or an entry lacks something or names a field unknown.
    """
    text = path.read_text(encoding="utf-8")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _complaint(Location(str(path)), f"no TOML: {error}") from None
    places = _places(path, text)
    unknown = sorted(document.keys() - {"waiver"})
    if unknown:
        raise _complaint(Location(str(path)), f"unknown table {unknown[0]}: entries are called [[waiver]]")
    return tuple(_waiver(entry, next(places)) for entry in document.get("waiver", []))


def _places(path: Path, text: str) -> Iterator[Location]:
    for header in _HEADER.finditer(text):
        yield Location(str(path), text.count("\n", 0, header.end()) + 1)
    while True:
        yield Location(str(path))


def _waiver(entry: Mapping[str, Any], place: Location) -> Waiver:
    unknown = sorted(entry.keys() - {*_TEXTS, "versions", "expires"})
    if unknown:
        raise _complaint(place, f"unknown field {unknown[0]}")
    for name in _TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise _complaint(place, f"{name} is missing")
    expires = entry.get("expires")
    if type(expires) is not date:
        raise _complaint(place, "expires is no day like 2027-01-31")
    rule, path, reason, owner = (entry[name] for name in _TEXTS)
    return Waiver(rule, path, reason, owner, expires, _versions(entry, place), place)


def _versions(entry: Mapping[str, Any], place: Location) -> SpecifierSet | None:
    if "versions" not in entry:
        return None
    try:
        return SpecifierSet(entry["versions"])
    except (InvalidSpecifier, AttributeError, TypeError):
        raise _complaint(place, f"versions is no range like >=1.9,<2: {entry['versions']}") from None


def _complaint(place: Location, what: str) -> MxforkError:
    line = f":{place.line}" if place.line is not None else ""
    return MxforkError(
        f"a waiver cannot be read: {what}",
        facts=(("in", f"{place.path}{line}"),),
        next_step="give each [[waiver]] rule, path, reason, owner and expires; versions may be added",
        exit_code=ExitCode.WRONG_USE,
    )

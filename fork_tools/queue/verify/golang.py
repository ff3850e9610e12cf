"""A Go module's own checks: which packages the queue touches, what the compiler and the tests say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_PLACE = re.compile(r"^(?:vet: )?(?:\./)?(?P<path>[^\s:]+\.go):(?P<line>\d+)(?::\d+)?: (?P<words>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the module: its folder below the module's root, what it and its tests import (all the way down)."""

    path: str
    folder: str
    imports: frozenset[str]
    tests_import: frozenset[str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """The compiler's or vet's words about a line."""

    path: str
    line: int
    words: str


def parse_packages(listed: str, root: str) -> tuple[Package, ...]:
    """Read what `go list -json` prints."""
    decoder = json.JSONDecoder()
    packages = []
    at = 0
    while at < len(listed):
        if listed[at].isspace():
            at += 1
            continue
        entry, at = decoder.raw_decode(listed, at)
        packages.append(
            Package(
                entry["ImportPath"],
                entry.get("Dir", root).removeprefix(root).strip("/"),
                frozenset(entry.get("Deps") or ()),
                frozenset([*(entry.get("TestImports") or ()), *(entry.get("XTestImports") or ())]),
            )
        )
    return tuple(packages)


def affected(packages: Iterable[Package], changed: Collection[str]) -> tuple[str, ...]:
    """Return the packages that the changed paths are in, and those that import them, also for their tests alone.

    A change of go.mod, go.sum or vendor/ affects all of them.
    """
    known = tuple(packages)
    if any(path in {"go.mod", "go.sum"} or path.startswith("vendor/") for path in changed):
        return tuple(package.path for package in known)
    folders = {path.rpartition("/")[0] for path in changed}
    above = {folder[: folder.find("/testdata")] for folder in folders if "/testdata" in folder}
    touched = {package.path for package in known if package.folder in folders | above}
    importers = {package.path for package in known if package.imports & touched}
    testers = {package.path for package in known if package.tests_import & (touched | importers)}
    return tuple(sorted(touched | importers | testers))


def complaints(words: str) -> tuple[Complaint, ...]:
    """Find the compiler's and vet's complaints in what they printed."""
    found = (Complaint(m["path"], int(m["line"]), m["words"].strip()) for m in _PLACE.finditer(words))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Tests:
    """What `go test -json` told: passed and failed tests as (package, test); an empty test is the package as such."""

    passed: frozenset[tuple[str, str]]
    failed: frozenset[tuple[str, str]]


def parse_tests(lines: str) -> Tests:
    """Read the events; a package that fails without a failed test of its own (it does not compile) counts as such."""
    passed: set[tuple[str, str]] = set()
    failed: set[tuple[str, str]] = set()
    for line in lines.splitlines():
        if not line.startswith("{"):
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        key = (event.get("Package", ""), event.get("Test", ""))
        if event.get("Action") == "pass":
            passed.add(key)
        elif event.get("Action") == "fail":
            failed.add(key)
    with_tests = {package for package, test in failed if test}
    inner = {(package, test) for package, test in failed if test}
    roots = {
        key for key in inner if not any(other[0] == key[0] and other[1].startswith(f"{key[1]}/") for other in inner)
    }
    return Tests(
        frozenset(passed), frozenset(roots | {key for key in failed if not key[1] and key[0] not in with_tests})
    )

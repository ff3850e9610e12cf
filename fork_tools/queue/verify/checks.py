"""`patches/checks/*.toml`: what a right tree looks like, in the team's own words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.edits import paths
from fork_tools.queue.edits.edited import EditError
from fork_tools.queue.edits.paths import Select, parse_path
from fork_tools.queue.fields import Fields
from fork_tools.upstream.versions import Version, VersionRange

FOLDER = "checks"


class Kind(StrEnum):
    """What a check is."""

    ASSERT = "assert"
    COMMAND = "command"
    COVERAGE = "inverse-coverage"
    ORACLE = "sibling-oracle"


@dataclass(frozen=True, slots=True)
class Assertion:
    """About one file (or, with a pattern, each of several): it exists or not, holds expressions or not, has values.

    `path` leads into YAML, JSON or TOML (of the document that `document` means), to what `equals` or `holds` is about.
    """

    file: str
    absent: bool = False
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    path: str = ""
    document: dict[str, str] = field(default_factory=dict)
    equals: Any = None
    holds: Any = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One check's file. `step` is whose fault it is when it does not hold."""

    name: str
    kind: Kind
    step: str
    releases: VersionRange | None
    assertions: tuple[Assertion, ...] = ()
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    timeout: timedelta = timedelta(minutes=10)
    commit: str = ""
    exceptions: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    substitute: dict[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()

    def meant_for(self, version: Version) -> bool:
        """Whether it is about a release of this version."""
        return self.releases is None or self.releases.contains(version)

    def is_about(self, steps: Collection[str]) -> bool:
        """Whether one of `steps` is what it looks at; one that names no step looks at all of them."""
        named = {*self.steps, self.step} - {""}
        return not named or not named.isdisjoint(steps)


def read_checks(patches: Path) -> tuple[Check, ...]:
    """Read all checks, sorted by path. Raises MxforkError naming the key that is wrong."""
    folder = patches / FOLDER
    files = sorted(folder.rglob("*.toml")) if folder.is_dir() else []
    return tuple(_parse(file.relative_to(folder).with_suffix("").as_posix(), file.read_text("utf-8")) for file in files)


def failure(assertion: Assertion, contents: dict[str, bytes]) -> str | None:
    """Say in what the files (by path, those that the assertion's file means) differ from it, or None."""
    if assertion.absent:
        return f"{next(iter(contents))} is there" if contents else None
    if not contents:
        return f"there is no {assertion.file}"
    for path, raw in contents.items():
        text = raw.decode("utf-8", "surrogateescape")
        for expression in assertion.contains:
            if not re.search(expression, text, re.MULTILINE):
                return f"{path} does not contain {expression!r}"
        for expression in assertion.lacks:
            if re.search(expression, text, re.MULTILINE):
                return f"{path} contains {expression!r}"
        if assertion.path and (wrong := _value(assertion, path, text)):
            return wrong
    return None


def _value(assertion: Assertion, path: str, text: str) -> str | None:
    try:
        data = _document(assertion, path, text)
        found = paths.at(data, paths.descend(data, parse_path(assertion.path)))
    except (EditError, ValueError, yaml.YAMLError) as error:
        return None if assertion.missing else f"{path}: {error}"
    if assertion.missing:
        return f"{path} has {assertion.path}"
    if assertion.equals is not None and found != assertion.equals:
        return f"{path}: {assertion.path} is {found!r}, not {assertion.equals!r}"
    if assertion.holds is not None and (not isinstance(found, list | dict | str) or assertion.holds not in found):
        return f"{path}: {assertion.path} does not hold {assertion.holds!r}"
    return None


def _document(assertion: Assertion, path: str, text: str) -> Any:
    if path.endswith(".toml"):
        return tomllib.loads(text)
    documents = [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each is not None]
    wanted = [
        each
        for each in documents
        if all(Select(key.replace(".", "/"), value).means(each) for key, value in assertion.document.items())
    ]
    if len(wanted) != 1:
        raise EditError(f"{len(wanted)} documents are meant, not one; say which with `document`")
    return wanted[0]


def _parse(name: str, content: str) -> Check:
    place = f"patches/{FOLDER}/{name}.toml"
    try:
        fields = Fields(tomllib.loads(content), place)
    except tomllib.TOMLDecodeError as error:
        raise MxforkError(f"{place}: {error}", next_step="correct the file", exit_code=ExitCode.WRONG_USE) from error
    releases = fields.text("releases", "")
    try:
        limited = VersionRange.parse(releases) if releases else None
    except ValueError as error:
        raise fields.wrong(f"releases: {error}") from error
    check = Check(
        name=name,
        kind=fields.choice("kind", Kind),
        step=fields.text("step", ""),
        releases=limited,
        assertions=tuple(_assertion(table) for table in fields.tables("assert")),
        command=fields.texts("command"),
        environment=fields.mapping("environment"),
        timeout=timedelta(minutes=fields.number("timeout", 10)),
        commit=fields.text("commit", ""),
        exceptions=fields.texts("except"),
        files=fields.texts("files"),
        substitute=fields.mapping("substitute"),
        steps=fields.texts("steps"),
    )
    fields.text("reason", "")
    fields.done()
    _require(check, fields)
    return check


def _require(check: Check, fields: Fields) -> None:
    needed = {
        Kind.ASSERT: ("assert", check.assertions),
        Kind.COMMAND: ("command", check.command),
        Kind.COVERAGE: ("commit", check.commit),
        Kind.ORACLE: ("files", check.files and check.commit and (check.steps or check.step)),
    }
    key, value = needed[check.kind]
    if not value:
        raise fields.wrong(f"{key} is missing, which a check of kind {check.kind} is about")


def _assertion(fields: Fields) -> Assertion:
    assertion = Assertion(
        fields.text("file"),
        fields.flag("absent"),
        fields.texts("contains"),
        fields.texts("lacks"),
        fields.text("path", ""),
        fields.mapping("document"),
        fields.any("equals"),
        fields.any("holds"),
        fields.flag("missing"),
    )
    fields.done()
    return assertion

"""The port ledger, `patches/ledger.yaml`: what the fork made of each upstream commit that matters to MXJob."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from fork_tools.atomic_file import write_text
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.finding import Location

FILE = "ledger.yaml"
PATH = f"patches/{FILE}"
_KEYS = frozenset({"commit", "subject", "status", "reason", "ours", "test", "also"})
_EMPTY = "# What the fork made of each upstream commit that matters to MXJob.\ncommits: []\n"
_ID_LENGTH = 40


class Status(StrEnum):
    """What became of an upstream commit here."""

    PORTED = "ported"
    NOT_APPLICABLE = "not-applicable"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit's entry. `ours` is our commit, `tests` the pytest ids that prove it.

    `also` are the ids of the same change on other branches.
    """

    commit: str
    status: Status
    reason: str
    subject: str = ""
    ours: str = ""
    tests: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    line: int | None = None

    @property
    def location(self) -> Location:
        """Where the entry stands."""
        return Location(PATH, self.line)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries, in the order of the file."""

    entries: tuple[Entry, ...] = ()

    def find(self, commit: str) -> Entry | None:
        """Find the entry for an upstream commit by its full id."""
        return next((entry for entry in self.entries if commit in {entry.commit, *entry.also}), None)


def read_ledger(patches: Path) -> Ledger:
    """Read the ledger; a fork without one has an empty ledger. Raises MxforkError that names the line and the key."""
    return parse_ledger(_text(patches))


def parse_ledger(text: str) -> Ledger:
    """Read a ledger's text. Raises MxforkError."""
    return Ledger(tuple(_entry(table) for table in _commits(_document(text))))


def mark(patches: Path, entry: Entry) -> bool:
    """Write `entry` into the ledger, in place of one for the same commit or at the end; tell whether it was new.

    Comments and the order of the file stay.
    """
    document = _document(_text(patches))
    commits = _commits(document)
    table = next((known for known in commits if known.get("commit") == entry.commit), None)
    fresh = table is None
    if table is None:
        table = CommentedMap()
        commits.append(table)
    for key, value in _table(entry).items():
        if value:
            table[key] = value
        else:
            table.pop(key, None)
    stream = io.StringIO()
    _yaml().dump(document, stream)
    write_text(patches / FILE, stream.getvalue())
    return fresh


def _text(patches: Path) -> str:
    try:
        return (patches / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return _EMPTY


def _document(text: str) -> CommentedMap:
    try:
        document = _yaml().load(text)
    except YAMLError as error:
        raise _wrong(str(error).replace("\n", " ")) from error
    if not isinstance(document, CommentedMap) or set(document) != {"commits"}:
        raise _wrong("it is to hold a list under the key commits, and nothing else")
    return document


def _commits(document: CommentedMap) -> Any:
    commits = document["commits"]
    if not isinstance(commits, list):
        raise _wrong("commits is to be a list")
    return commits


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = sys.maxsize  # or it would wrap again what its authors wrapped
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _entry(table: Any) -> Entry:
    if not isinstance(table, CommentedMap):
        raise _wrong("each of commits is to be a mapping")
    line = table.lc.line + 1
    if unknown := sorted(set(table) - _KEYS):
        raise _wrong(f"line {line}: {unknown[0]} is no key here; there are {', '.join(sorted(_KEYS))}")
    commit = str(table.get("commit", ""))
    if not is_full_id(commit):
        raise _wrong(f"line {line}: commit is to be a full commit id, not {commit!r}")
    try:
        status = Status(str(table.get("status", "")))
    except ValueError as error:
        raise _wrong(f"line {line}: status is to be one of: {', '.join(Status)}") from error
    reason = str(table.get("reason") or "").strip()
    if not reason:
        raise _wrong(f"line {line}: {commit[:9]} has no reason")
    texts = {key: str(table.get(key) or "") for key in ("subject", "ours")}
    return Entry(commit, status, reason, **texts, tests=_list(table, "test"), also=_list(table, "also"), line=line)


def _list(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key) or []
    return (str(value),) if isinstance(value, str) else tuple(str(part) for part in value)


def is_full_id(text: str) -> bool:
    """Whether `text` is a full commit id."""
    return len(text) == _ID_LENGTH and set(text) <= set("0123456789abcdef")


def _table(entry: Entry) -> dict[str, object]:
    return {
        "commit": entry.commit,
        "subject": entry.subject,
        "status": entry.status.value,
        "reason": entry.reason,
        "ours": entry.ours,
        "test": entry.tests[0] if len(entry.tests) == 1 else list(entry.tests),
        "also": list(entry.also),
    }


def _wrong(what: str) -> MxforkError:
    return MxforkError(
        f"{PATH}: {what}", next_step="correct the file; docs/upstream.md describes it", exit_code=ExitCode.WRONG_USE
    )

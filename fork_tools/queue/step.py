"""A step of the queue: what every kind has in common, read from a .toml file or a patch's headers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.fields import Fields
from fork_tools.queue.kinds import patch, pick, regenerate, restore, rewrite
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.kinds.rewrite import Rewrite
from fork_tools.queue.mail import parse_mail
from fork_tools.upstream.versions import Version, VersionRange

Action = Restore | Pick | Patch | Rewrite | Regenerate
KINDS = ("restore", "revert", "cherry-pick", "rewrite", "regenerate")


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `path` is its file below patches/, `name` that path without suffix unless the file says otherwise.

    `expires` is a date or a version, as written. `releases` limits it to versions; an `optional` step is left out
    unless it is asked for.
    """

    name: str
    path: str
    kind: str
    action: Action
    subject: str
    body: str = ""
    author: str = ""
    written: str = ""
    topic: str = ""
    reason: str = ""
    owner: str = ""
    expires: str = ""
    releases: VersionRange | None = None
    requires: tuple[str, ...] = ()
    optional: bool = False
    origin: str = ""
    drop_when: str = ""
    upstream_status: str = ""
    base: str = ""

    def meant_for(self, version: Version) -> bool:
        """Whether the step is for a release of this version."""
        return self.releases is None or self.releases.contains(version)

    def expired(self, today: date, version: Version | None = None) -> bool:
        """Whether its date is past, or its version reached."""
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.expires):
            return date.fromisoformat(self.expires) < today
        if self.expires and version is not None:
            return version >= Version.parse(_three_numbers(self.expires.removeprefix("v")))
        return False


def parse_step(path: str, content: bytes, topic: str = "") -> Step:
    """Read a step's file. Raises MxforkError naming the key that is wrong; a broken diff is kept as such."""
    return _from_mail(path, content, topic) if path.endswith(".patch") else _from_toml(path, content, topic)


def default_name(path: str) -> str:
    """Return a step's name, unless it gives itself another."""
    return str(PurePosixPath(path).with_suffix(""))


def _from_toml(path: str, content: bytes, topic: str) -> Step:
    place = f"patches/{path}"
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MxforkError(
            f"{place}: {error}", next_step="correct the file; docs/queue.md describes it", exit_code=ExitCode.WRONG_USE
        ) from error
    fields = Fields(document, place)
    kind = fields.text("kind")
    if kind not in KINDS:
        raise fields.wrong(f"kind = {kind!r} is to be one of: {', '.join(KINDS)}")
    name = fields.text("name", default_name(path))
    step = Step(
        name=name,
        path=path,
        kind=kind,
        action=_action(kind, fields),
        subject=fields.text("subject", _subject(name)),
        body=fields.text("body", ""),
        author=fields.text("author", ""),
        written=fields.text("date", ""),
        topic=topic,
        reason=fields.text("reason", ""),
        owner=fields.text("owner", ""),
        expires=str(fields.any("expires", "")),
        releases=_range(fields, fields.text("releases", "")),
        requires=fields.texts("requires"),
        optional=fields.flag("optional"),
        origin=fields.text("origin", ""),
        drop_when=fields.text("drop-when", ""),
        upstream_status=fields.text("upstream-status", ""),
    )
    fields.done()
    return step


def _action(kind: str, fields: Fields) -> Action:
    if kind == "restore":
        return restore.parse(fields)
    if kind == "rewrite":
        return rewrite.parse(fields)
    if kind == "regenerate":
        return regenerate.parse(fields)
    return pick.parse(fields, backwards=kind == "revert")


def _from_mail(path: str, content: bytes, topic: str) -> Step:
    mail = parse_mail(content)
    fields = Fields(dict(mail.fields), f"patches/{path}")
    return Step(
        name=default_name(path),
        path=path,
        kind="patch",
        action=patch.parse(mail.diff),
        subject=mail.subject or _subject(default_name(path)),
        body=mail.body,
        author=mail.author,
        written=mail.date,
        topic=topic,
        reason=mail.fields.get("Fork-Reason", ""),
        owner=mail.fields.get("Fork-Owner", ""),
        expires=mail.fields.get("Fork-Expires", ""),
        releases=_range(fields, mail.fields.get("Fork-Releases", "")),
        requires=mail.requires,
        optional=mail.fields.get("Fork-Optional", "").lower() in {"true", "yes"},
        origin=mail.fields.get("Origin", ""),
        drop_when=mail.fields.get("Drop-When", ""),
        upstream_status=mail.fields.get("Upstream-Status", ""),
        base=mail.fields.get("Fork-Base", ""),
    )


def _range(fields: Fields, text: str) -> VersionRange | None:
    if not text:
        return None
    try:
        return VersionRange.parse(text)
    except ValueError as error:
        raise fields.wrong(f"releases: {error}") from error


def _subject(name: str) -> str:
    words = name.rpartition("/")[2].replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _three_numbers(text: str) -> str:
    return text + ".0" * max(0, 2 - text.count("."))

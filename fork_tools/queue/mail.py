"""A patch file: a git mail with DEP-3, Upstream-Status and Fork-* fields, and its diff."""

from __future__ import annotations

import email.errors
import email.header
import re
from collections.abc import Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"^([A-Z][A-Za-z]*(?:-[A-Za-z]+)*):[ \t]*(.*)$")
_MAIL_ONLY = frozenset(
    {"From", "Date", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "To", "Cc"}
)
FIELDS = (
    "Origin",
    "Bug",
    "Forwarded",
    "Applied-Upstream",
    "Last-Update",
    "Upstream-Status",
    "Fork-Reason",
    "Fork-Owner",
    "Fork-Expires",
    "Fork-Releases",
    "Fork-Base",
    "Fork-Optional",
    "Requires-Patch",
    "Drop-When",
)
_ALIASES = {"Author": "From", "Description": "Subject", "Requires": "Requires-Patch", "Fork-Requires": "Requires-Patch"}
_TAG = re.compile(r"^\[[^\]]*\]\s*")


@dataclass(frozen=True, slots=True)
class PatchMail:
    """The parts of a patch file. `fields` are those of FIELDS that it has; `body` is its message without them."""

    subject: str
    author: str
    date: str
    body: str
    fields: Mapping[str, str]
    diff: bytes

    @property
    def requires(self) -> tuple[str, ...]:
        """The steps that it needs."""
        return tuple(self.fields.get("Requires-Patch", "").replace(",", " ").split())


def parse_mail(content: bytes) -> PatchMail:
    """Split a patch file. A file without any header is a bare diff, with an empty subject."""
    start = _diff_start(content)
    head, diff = content[:start], content[start:]
    lines = head.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    headers, rest = _headers(lines)
    fields = {name: value for name, value in headers.items() if name in FIELDS}
    body: list[str] = []
    index = 0
    while index < len(rest):
        line = rest[index]
        if line == "---":
            break
        found = _FIELD.match(line)
        name = _ALIASES.get(found[1], found[1]) if found else ""
        if found and name in FIELDS:
            value = found[2]
            while index + 1 < len(rest) and rest[index + 1].startswith((" ", "\t")):
                index += 1
                value += " " + rest[index].strip()
            fields[name] = value.strip()
        else:
            body.append(line)
        index += 1
    return PatchMail(
        subject=_TAG.sub("", _decoded(headers.get("Subject", ""))).strip(),
        author=_decoded(headers.get("From", "")).strip(),
        date=headers.get("Date", "").strip(),
        body="\n".join(body).strip(),
        fields=fields,
        diff=_without_signature(diff),
    )


def _diff_start(content: bytes) -> int:
    found = re.search(rb"^diff --git ", content, re.MULTILINE)
    return found.start() if found else len(content)


def _headers(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    index = 1 if lines and re.match(r"From [0-9a-f]{7,} ", lines[0]) else 0
    name = ""
    while index < len(lines):
        line = lines[index]
        found = _FIELD.match(line)
        if line.startswith((" ", "\t")) and name:
            headers[name] += " " + line.strip()
        elif found:
            name = _ALIASES.get(found[1], found[1])
            if name not in _MAIL_ONLY and name not in FIELDS:
                break
            headers[name] = found[2]
        else:
            break
        index += 1
    return headers, lines[index:]


def _decoded(value: str) -> str:
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (email.errors.HeaderParseError, LookupError, UnicodeDecodeError):
        return value


def _without_signature(diff: bytes) -> bytes:
    # `-- ` at the end is the mail's signature; within a hunk it would be a removed line, and is counted there.
    found = re.search(rb"^-- \r?\n(?:[^\n]*\r?\n?){0,2}\Z", diff, re.MULTILINE)
    return diff[: found.start()] if found else diff

"""A git diff as values: files, hunks, lines. Parses bytes, since a patch may carry any encoding and CRLF."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$")
_INDEX = re.compile(rb"^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d{6}))?$")
_NO_NEWLINE = b"\\ No newline"
ABSENT = "0" * 40


class CorruptDiffError(ValueError):
    """The text is no diff that git could have written; the message says where it breaks off."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One `@@` block. `before` and `after` are whole lines with their ends; starts count from 1 (0: an empty side)."""

    old_start: int
    new_start: int
    section: str
    lines: tuple[tuple[bytes, bytes], ...]

    @property
    def before(self) -> tuple[bytes, ...]:
        """The lines that must be there."""
        return tuple(text for mark, text in self.lines if mark != b"+")

    @property
    def after(self) -> tuple[bytes, ...]:
        """The lines that take their place."""
        return tuple(text for mark, text in self.lines if mark != b"-")

    @property
    def added(self) -> tuple[bytes, ...]:
        """Only the new lines."""
        return tuple(text for mark, text in self.lines if mark == b"+")

    @property
    def removed(self) -> tuple[bytes, ...]:
        """Only the lines that go."""
        return tuple(text for mark, text in self.lines if mark == b"-")

    @property
    def leading(self) -> int:
        """How many lines of context precede the first change."""
        return next((index for index, (mark, _) in enumerate(self.lines) if mark != b" "), len(self.lines))

    @property
    def trailing(self) -> int:
        """How many lines of context follow the last change."""
        return next((index for index, (mark, _) in enumerate(reversed(self.lines)) if mark != b" "), len(self.lines))

    def reversed(self) -> Hunk:
        """Return the hunk that undoes this one."""
        swap = {b"+": b"-", b"-": b"+", b" ": b" "}
        lines = tuple((swap[mark], text) for mark, text in self.lines)
        return Hunk(self.new_start, self.old_start, self.section, lines)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a diff does to one file. A side that does not exist has no path; object ids may be abbreviated or empty."""

    old_path: str | None
    new_path: str | None
    old_mode: str | None = None
    new_mode: str | None = None
    old_id: str = ""
    new_id: str = ""
    hunks: tuple[Hunk, ...] = ()
    binary: bool = False
    copied: bool = False

    @property
    def path(self) -> str:
        """The path that the diff is known by: the new one, or the one that goes."""
        return self.new_path or self.old_path or ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that it names."""
        return tuple(dict.fromkeys(path for path in (self.old_path, self.new_path) if path))


def parse_diff(text: bytes) -> tuple[FileDiff, ...]:
    """Read every file's part of a git diff; what precedes the first `diff --git` is passed over.

    Raises CorruptDiffError for a hunk whose counts do not fit, a header without paths, or a diff that is not git's.
    """
    lines = text.splitlines(keepends=True) if b"\r" not in text else _split_newlines(text)
    starts = [index for index, line in enumerate(lines) if line.startswith(b"diff --git ")]
    if not starts and any(line.startswith(b"@@ -") for line in lines):
        raise CorruptDiffError("hunks without a `diff --git` line before them")
    if not starts:
        return ()
    return tuple(
        _file(lines[start:end], start + 1) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    )


def _split_newlines(text: bytes) -> list[bytes]:
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@dataclass(slots=True)
class _Header:
    """A file's header as it is being read."""

    old_path: str | None
    new_path: str | None
    old_mode: str | None = None
    new_mode: str | None = None
    old_id: str = ""
    new_id: str = ""
    binary: bool = False
    copied: bool = False

    def read(self, line: bytes) -> None:
        """Take in one header line; unknown ones are git's business."""
        word, _, rest = line.partition(b" ")
        if line.startswith(b"new file mode "):
            self.old_path, self.new_mode = None, line.split()[-1].decode()
        elif line.startswith(b"deleted file mode "):
            self.new_path, self.old_mode = None, line.split()[-1].decode()
        elif line.startswith(b"old mode "):
            self.old_mode = line.split()[-1].decode()
        elif line.startswith(b"new mode "):
            self.new_mode = line.split()[-1].decode()
        elif word in {b"rename", b"copy"}:
            self._moved(word, rest)
        elif found := _INDEX.match(line):
            self.old_id, self.new_id = found[1].decode(), found[2].decode()
            if found[3]:
                self.old_mode = self.new_mode = found[3].decode()
        elif line.startswith((b"GIT binary patch", b"Binary files ")):
            self.binary = True

    def _moved(self, word: bytes, rest: bytes) -> None:
        direction, _, name = rest.partition(b" ")
        self.copied = self.copied or word == b"copy"
        if direction == b"from":
            self.old_path = _unquote(name)
        elif direction == b"to":
            self.new_path = _unquote(name)


def _file(lines: list[bytes], number: int) -> FileDiff:
    header = _Header(*_named(lines[0].rstrip(b"\r\n"), number))
    index = 1
    while index < len(lines) and not lines[index].startswith(b"@@ -"):
        header.read(lines[index].rstrip(b"\r\n"))
        index += 1
        if header.binary:
            index = len(lines)
    hunks: list[Hunk] = []
    while index < len(lines) and lines[index].startswith(b"@@ -"):
        hunk, index = _hunk(lines, index, number)
        hunks.append(hunk)
    return FileDiff(
        header.old_path,
        header.new_path,
        header.old_mode,
        header.new_mode,
        header.old_id,
        header.new_id,
        tuple(hunks),
        header.binary,
        header.copied,
    )


def _named(line: bytes, number: int) -> tuple[str, str]:
    rest = line[len(b"diff --git ") :]
    if rest.startswith(b'"'):
        old, _, new = rest[1:].partition(b'" ')
        sides = (b'"' + old + b'"', new)
    elif b' "b/' in rest:
        old, _, new = rest.partition(b' "b/')
        sides = (old, b'"b/' + new)
    else:
        # Without quotes the two sides may hold spaces: both names are equal unless a rename says otherwise.
        half = len(rest) // 2
        same = rest[half : half + 1] == b" " and rest[2:half] == rest[half + 3 :]
        old, _, new = (rest[:half], b"", rest[half + 1 :]) if same else rest.partition(b" b/")
        sides = (old, new if same else b"b/" + new)
    names = tuple(_unquote(side) for side in sides)
    if not (names[0].startswith("a/") and names[1].startswith("b/")):
        raise CorruptDiffError(f"line {number} of the diff names no a/ and b/ path")
    return names[0][2:], names[1][2:]


def _unquote(name: bytes) -> str:
    if name.startswith(b'"') and name.endswith(b'"'):
        name = name[1:-1].decode("unicode_escape").encode("latin-1")
    return name.decode("utf-8", "surrogateescape")


def _hunk(lines: list[bytes], index: int, number: int) -> tuple[Hunk, int]:
    found = _HUNK.match(lines[index].rstrip(b"\r\n"))
    place = number + index
    if not found:
        raise CorruptDiffError(f"line {place} of the diff is no hunk header")
    left = int(found[2] or 1)
    right = int(found[4] or 1)
    body: list[tuple[bytes, bytes]] = []
    index += 1
    while left > 0 or right > 0:
        if index >= len(lines):
            raise CorruptDiffError(f"the hunk of line {place} breaks off")
        mark, text = lines[index][:1], lines[index][1:]
        if mark in {b"\n", b"\r"}:
            mark, text = b" ", lines[index]
        if mark == b"\\":
            _drop_newline(body, place)
        elif mark in {b" ", b"-", b"+"}:
            left -= mark != b"+"
            right -= mark != b"-"
            body.append((mark, text))
        else:
            raise CorruptDiffError(f"line {number + index} of the diff is neither context nor change")
        index += 1
    if left or right:
        raise CorruptDiffError(f"the hunk of line {place} does not have the lines that it counts")
    if index < len(lines) and lines[index].startswith(_NO_NEWLINE):
        _drop_newline(body, place)
        index += 1
    section = found[5].decode("utf-8", "replace").strip()
    return Hunk(int(found[1]), int(found[3]), section, tuple(body)), index


def _drop_newline(body: list[tuple[bytes, bytes]], place: int) -> None:
    if not body:
        raise CorruptDiffError(f"the hunk of line {place} begins with a missing newline")
    mark, text = body[-1]
    body[-1] = (mark, text.removesuffix(b"\n"))

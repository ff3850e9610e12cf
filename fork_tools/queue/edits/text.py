"""Edits of any text by regular expressions: an entry beside its siblings, a replacement, a removal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fork_tools.queue.edits.edited import Edited, EditError
from fork_tools.queue.fields import Fields

_FLAGS = re.MULTILINE


class Act(StrEnum):
    """What is done at the anchor."""

    AFTER = "after"
    BEFORE = "before"
    SIBLINGS = "siblings"
    REPLACE = "replace"
    DELETE = "delete"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class TextEdit:
    r"""`anchor` is the expression (`^` and `$` at lines) that `act` goes by; `within` narrows the file to one match.

    after, before: put `insert` as lines of its own after or before the anchor's lines (there must be one anchor).
    siblings: the anchor means the entries of one list, a line each; `insert` joins them, sorted if they are.
    like: copy the lines that the anchor means, with `substitute` applied, and put them after these.
    replace: put `insert` (with \1, \g<name>) in place of each match. delete: take the match's lines out.
    """

    act: Act
    anchor: re.Pattern[str]
    insert: str
    within: re.Pattern[str] | None
    substitute: Mapping[str, str]
    unless: re.Pattern[str] | None
    before: bool


def parse(fields: Fields) -> TextEdit:
    """Read one of after, before, siblings, replace, delete, like; insert, substitute, within, unless, place."""
    acts = [act for act in Act if act.value in fields]
    if len(acts) != 1:
        raise fields.wrong(f"an edit of text has exactly one of {', '.join(Act)}")
    act = acts[0]
    needs_insert = act not in {Act.DELETE, Act.LIKE}
    return TextEdit(
        act,
        _expression(fields, act.value),
        fields.text("insert", "" if act is Act.REPLACE else None) if needs_insert else "",
        _expression(fields, "within") if "within" in fields else None,
        fields.mapping("substitute"),
        _expression(fields, "unless") if "unless" in fields else None,
        fields.text("place", "after") == "before",
    )


def apply(text: str, edit: TextEdit) -> Edited:
    """Make the edit in `text`. Raises EditError when the anchor is missing or ambiguous."""
    start, end = _scope(text, edit)
    part = text[start:end]
    if edit.unless is not None and edit.unless.search(part):
        return Edited(text, 0, already=True)
    edited = _ACTS[edit.act](part, edit)
    return Edited(text[:start] + edited.text + text[end:], edited.count, edited.already)


def _expression(fields: Fields, key: str) -> re.Pattern[str]:
    try:
        return re.compile(fields.text(key), _FLAGS)
    except re.error as error:
        raise fields.wrong(f"{key} is no regular expression: {error}") from error


def _scope(text: str, edit: TextEdit) -> tuple[int, int]:
    if edit.within is None:
        return 0, len(text)
    found = list(edit.within.finditer(text))
    if len(found) != 1:
        raise EditError(f"`within` means {len(found)} places, not one")
    return found[0].span()


def _beside(part: str, edit: TextEdit) -> Edited:
    ending = "\r\n" if "\r\n" in part else "\n"
    lines = edit.insert.replace("\r\n", "\n").removesuffix("\n").replace("\n", ending) + ending
    if _holds(part, lines):
        return Edited(part, 0, already=True)
    found = _only(list(edit.anchor.finditer(part)), edit)
    begin, end = _lines_of(part, found)
    at = begin if edit.act is Act.BEFORE else end
    return Edited(_put(part, at, lines, ending), 1)


def _like(part: str, edit: TextEdit) -> Edited:
    found = _only(list(edit.anchor.finditer(part)), edit)
    begin, end = _lines_of(part, found)
    copied = part[begin:end]
    for old, new in edit.substitute.items():
        copied = copied.replace(old, new)
    if copied == part[begin:end]:
        raise EditError("`substitute` changes nothing in what it copies")
    if _holds(part, copied):
        return Edited(part, 0, already=True)
    ending = "\r\n" if "\r\n" in part else "\n"
    return Edited(_put(part, begin if edit.before else end, copied, ending), 1)


def _siblings(part: str, edit: TextEdit) -> Edited:
    lines = part.splitlines(keepends=True)
    places = [index for index, line in enumerate(lines) if edit.anchor.search(line.rstrip("\r\n"))]
    if not places:
        raise EditError("`siblings` means no line")
    if places[-1] - places[0] + 1 != len(places):
        raise EditError("`siblings` means lines of more than one list; narrow it, or use `within`")
    entries = [lines[place].rstrip("\r\n") for place in places]
    entry = edit.insert.rstrip("\r\n")
    if entry in entries:
        return Edited(part, 0, already=True)
    ending = "\r\n" if lines[places[0]].endswith("\r\n") else "\n"
    at = places[-1] + 1
    if entries == sorted(entries):
        at = next((place for place, known in zip(places, entries, strict=True) if known > entry), at)
    if at == len(lines) and not lines[-1].endswith("\n"):
        lines[-1] += ending
        return Edited("".join([*lines, entry]), 1)
    return Edited("".join([*lines[:at], entry + ending, *lines[at:]]), 1)


def _replace(part: str, edit: TextEdit) -> Edited:
    try:
        result, count = edit.anchor.subn(edit.insert, part)
    except (re.error, IndexError) as error:
        raise EditError(f"`insert` does not fit its expression: {error}") from error
    if count and result != part and edit.anchor.sub(edit.insert, result) != result:
        raise EditError("`replace` means its own result too: it would grow with every run; narrow it, or use `unless`")
    return Edited(result, count if result != part else 0, already=bool(count) and result == part)


def _delete(part: str, edit: TextEdit) -> Edited:
    found = list(edit.anchor.finditer(part))
    for match in reversed(found):
        begin, end = _lines_of(part, match)
        part = part[:begin] + part[end:]
    return Edited(part, len(found))


def _only(found: list[re.Match[str]], edit: TextEdit) -> re.Match[str]:
    if len(found) != 1:
        raise EditError(f"`{edit.act}` means {len(found)} places, not one")
    return found[0]


def _lines_of(part: str, found: re.Match[str]) -> tuple[int, int]:
    begin = part.rfind("\n", 0, found.start()) + 1
    last = max(found.end() - 1, found.start())
    end = part.find("\n", last)
    return begin, len(part) if end < 0 else end + 1


def _holds(part: str, lines: str) -> bool:
    return f"\n{lines}" in f"\n{part}\n" if not part.endswith("\n") else f"\n{lines}" in f"\n{part}"


def _put(part: str, at: int, lines: str, ending: str) -> str:
    if at and part[at - 1] != "\n":
        return part[:at] + ending + lines.removesuffix(ending) + part[at:]
    return part[:at] + lines + part[at:]


_ACTS = {
    Act.AFTER: _beside,
    Act.BEFORE: _beside,
    Act.SIBLINGS: _siblings,
    Act.LIKE: _like,
    Act.REPLACE: _replace,
    Act.DELETE: _delete,
}

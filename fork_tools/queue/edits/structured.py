"""Typed edits of YAML, JSON and TOML as values: set one, insert an entry, copy a sibling, remove an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fork_tools.queue.edits.edited import EditError
from fork_tools.queue.edits.paths import Select, Step, parse_path
from fork_tools.queue.fields import Fields


class Format(StrEnum):
    """The formats, named as the key of an edit that gives the path."""

    YAML = "yaml"
    JSON = "json"
    TOML = "toml"


class Act(StrEnum):
    """What is done at the path."""

    SET = "set"
    INSERT = "insert"
    LIKE = "like"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class StructuredEdit:
    """`path` leads to the value (set) or to the list or mapping (the others) of the one document that `document` means.

    set: the value becomes `value`. insert: `value` becomes an entry; in a list it stands beside `after` or `before`,
    else in order if the list is sorted, else last; in a mapping `value` is a table of new keys. like: the sibling that
    `value` selects is copied with `substitute` and stands after it. remove: the entry that `value` selects goes.
    """

    format: Format
    path: tuple[Step, ...]
    act: Act
    value: Any
    beside: Select | None
    before: bool
    substitute: Mapping[str, str]
    document: Mapping[str, str]


def parse(fields: Fields) -> StructuredEdit:
    """Read yaml, json or toml (the path); set, insert, like or remove; after, before, substitute, document."""
    form = next(form for form in Format if form.value in fields)
    acts = [act for act in Act if act.value in fields]
    if len(acts) != 1:
        raise fields.wrong(f"an edit of {form} has exactly one of {', '.join(Act)}")
    try:
        path = parse_path(fields.text(form.value))
    except ValueError as error:
        raise fields.wrong(str(error)) from error
    before = "before" in fields
    beside = fields.text("before") if before else fields.text("after", "")
    return StructuredEdit(
        form,
        path,
        acts[0],
        fields.any(acts[0].value),
        selector(beside) if beside else None,
        before,
        fields.mapping("substitute"),
        fields.mapping("document"),
    )


def selector(text: str) -> Select:
    """Read `name=v1` or a bare value."""
    found = re.fullmatch(r"([A-Za-z_][\w/.-]*)=(.*)", text)
    return Select(found[1], found[2]) if found else Select("", text)


def chosen(documents: list[Any], edit: StructuredEdit) -> int:
    """Return the number of the document that the edit means. Raises EditError unless it is exactly one."""
    wanted = [
        index
        for index, document in enumerate(documents)
        if all(Select(key.replace(".", "/"), value).means(document) for key, value in edit.document.items())
        and document is not None
    ]
    if len(wanted) != 1:
        raise EditError(f"{len(wanted)} documents of the file are meant, not one; say which with `document`")
    return wanted[0]


def position(elements: list[Any], edit: StructuredEdit) -> int:
    """Where in a list a new entry goes. Raises EditError when its sibling is missing or ambiguous."""
    if edit.beside is not None:
        return one(elements, edit.beside) + (0 if edit.before else 1)
    texts = [element for element in elements if isinstance(element, str)]
    if len(texts) == len(elements) > 1 and texts == sorted(texts) and isinstance(edit.value, str):
        return next((index for index, text in enumerate(texts) if text > edit.value), len(texts))
    return len(elements)


def one(elements: list[Any], select: Select) -> int:
    """Return the only element that is selected. Raises EditError."""
    found = [index for index, element in enumerate(elements) if select.means(element)]
    if len(found) != 1:
        what = f"{select.key}={select.value}" if select.key else select.value
        raise EditError(f"{len(found)} entries are {what}, not one")
    return found[0]


def substituted(value: Any, substitute: Mapping[str, str]) -> Any:
    """Return a copy of plain data with every text changed."""
    if isinstance(value, str):
        for old, new in substitute.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [substituted(entry, substitute) for entry in value]
    if isinstance(value, dict):
        return {substituted(key, substitute): substituted(entry, substitute) for key, entry in value.items()}
    return value

"""Structural edits: an ast-grep rule finds syntax nodes, a template replaces them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from ast_grep_py import SgNode, SgRoot

from fork_tools.queue.edits.edited import Edited, EditError
from fork_tools.queue.fields import Fields

_VARIABLE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)")
_CONFIGURATION = frozenset({"rule", "constraints", "utils", "transform"})


@dataclass(frozen=True, slots=True)
class Structural:
    """`language` as ast-grep names it, a rule in its YAML form, the text for each match; `done` matches the result.

    In `fix` `$A` is a captured node, `$$$ARGS` several, with what stands between them.
    """

    language: str
    configuration: Mapping[str, Any]
    fix: str
    done: Mapping[str, Any] | None


def parse(fields: Fields) -> Structural:
    """Read `language`, `rule` (or `pattern`), `fix` and `done`."""
    rule = _configuration(fields, "pattern") if "pattern" in fields else _configuration(fields, "rule")
    done = _configuration(fields, "done") if "done" in fields else None
    return Structural(fields.text("language"), rule, fields.text("fix", ""), done)


def apply(text: str, edit: Structural) -> Edited:
    """Replace every outermost match. Raises EditError when the rule is none, or matches its own result for ever."""
    if edit.done is not None and _matches(text, edit, edit.done):
        return Edited(text, 0, already=True)
    found = _matches(text, edit, edit.configuration)
    if not found:
        return Edited(text, 0)
    result = _replaced(text, found, edit.fix)
    again = _matches(result, edit, edit.configuration)
    finished = edit.done is not None and _matches(result, edit, edit.done)
    if again and not finished and _replaced(result, again, edit.fix) != result:
        raise EditError("its rule matches its own result; narrow it, or say with `done` what the result looks like")
    return Edited(result, len(found))


def _configuration(fields: Fields, key: str) -> Mapping[str, Any]:
    given = fields.any(key)
    if key == "pattern" or (key == "done" and isinstance(given, str) and not given.lstrip().startswith(_MARKS)):
        return {"rule": {"pattern": given}}
    try:
        document = yaml.safe_load(given) if isinstance(given, str) else given
    except yaml.YAMLError as error:
        raise fields.wrong(f"{key} is no YAML: {error}") from error
    if not isinstance(document, dict):
        raise fields.wrong(f"{key} is to be an ast-grep rule")
    return document if "rule" in document and set(document) <= _CONFIGURATION else {"rule": document}


def _matches(text: str, edit: Structural, configuration: Mapping[str, Any]) -> list[SgNode]:
    try:
        found = SgRoot(text, edit.language).root().find_all(dict(configuration))  # type: ignore[call-overload]
    except BaseException as error:
        # ast-grep's own panics are no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise EditError(f"ast-grep refuses its rule: {error}") from error
    outermost: list[SgNode] = []
    for node in sorted(found, key=lambda node: (node.range().start.index, -node.range().end.index)):
        if not outermost or node.range().start.index >= outermost[-1].range().end.index:
            outermost.append(node)
    return outermost


def _replaced(text: str, nodes: list[SgNode], fix: str) -> str:
    for node in reversed(nodes):
        span = node.range()
        text = text[: span.start.index] + _filled(node, fix, text) + text[span.end.index :]
    return text


def _filled(node: SgNode, fix: str, text: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1]:
            several = node.get_multiple_matches(found[1])
            if not several:
                return ""
            return text[several[0].range().start.index : several[-1].range().end.index]
        one = node.get_match(found[2])
        transformed = node.get_transformed(found[2]) if one is None else None
        if one is None and transformed is None:
            raise EditError(f"its fix uses ${found[2]}, which the rule does not capture")
        return one.text() if one is not None else str(transformed)

    return _VARIABLE.sub(value, fix)


_MARKS = ("rule:", "pattern:", "kind:", "all:", "any:", "has:", "inside:", "regex:", "not:")

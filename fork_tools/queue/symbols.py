"""Which declaration or section a line stands in, by indentation alone, so that any language and half a file will do."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BRACES = (".go", ".js", ".ts", ".java", ".c", ".h", ".cc", ".rs", ".proto", ".py", ".sh")
_DECLARATION = re.compile(
    rb"^(?:export |async |pub )*(func|type|var|const|class|def|interface|struct|enum|impl|import)\b\s*(?:\([^)]*\)\s*)?"
    rb"([A-Za-z_][\w.]*)?"
)
_RECEIVER = re.compile(rb"^func\s*\(\s*\w*\s*\*?\s*([\w.]+)")
_KEY = re.compile(rb"^\s*((?:-\s+)*)([^\s#:][^:]*?)\s*:(?:\s|$)")


def enclosing(path: str, lines: Sequence[bytes], index: int) -> tuple[str, ...]:
    """Name what the line at `index` (from 0) is part of, outermost first; empty at top level or for prose.

    For code it is the top-level declaration (with a method's receiver), for YAML the chain of keys; other files have no
    symbols.
    """
    if path.endswith(_BRACES):
        return _declaration(lines, index)
    if path.endswith((".yaml", ".yml")):
        return _keys(lines, index)
    return ()


def _declaration(lines: Sequence[bytes], index: int) -> tuple[str, ...]:
    if index < len(lines) and _DECLARATION.match(lines[index]):
        return ()
    for line in reversed(lines[:index]):
        if line[:1] in (b"}", b")"):
            return ()
        found = _DECLARATION.match(line)
        if found:
            receiver = _RECEIVER.match(line)
            parts = (found[1], *((receiver[1],) if receiver else ()), found[2] or b"")
            return (b" ".join(parts).decode("utf-8", "replace").strip(),)
    return ()


def _keys(lines: Sequence[bytes], index: int) -> tuple[str, ...]:
    chain: list[str] = []
    if index >= len(lines):
        return ()
    limit = _depth(lines[index])
    for line in reversed(lines[:index]):
        if line.startswith(b"---"):
            break
        found = _KEY.match(line)
        if found and _indent(line) < limit:
            limit = _indent(line)
            chain.append(found[2].decode("utf-8", "replace"))
        if limit == 0:
            break
    return tuple(reversed(chain))


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def _depth(line: bytes) -> int:
    # A list may stand at its key's own indentation: its items are below the key all the same.
    return _indent(line) + (1 if line.lstrip(b" ").startswith(b"- ") else 0)

"""How the generated file compares with what a generation gives now."""

from __future__ import annotations

import difflib
from pathlib import Path


def difference(path: Path, text: str) -> str:
    """Show what a generation would change in the file at `path`, as a unified diff; empty when nothing."""
    current = path.read_text(encoding="utf-8")
    lines = difflib.unified_diff(
        current.splitlines(keepends=True), text.splitlines(keepends=True), str(path), "generated now"
    )
    return "".join(lines)

"""The generated file: written whole or not at all, and compared with what a generation gives now."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from fork_tools.errors import MxforkError


def write(path: Path, text: str) -> None:
    """Replace the file at `path` by one that holds `text`.

    Raises MxforkError, with the old file untouched, when that is impossible.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise MxforkError(
            f"cannot write {path}",
            facts=(("because", error.strerror or str(error)), ("so", "the file is as it was")),
            next_step="name a file in an existing folder that you may write to",
        ) from error


def difference(path: Path, text: str) -> str:
    """Show what a generation would change in the file at `path`, as a unified diff; empty when nothing."""
    current = path.read_text(encoding="utf-8")
    lines = difflib.unified_diff(
        current.splitlines(keepends=True), text.splitlines(keepends=True), str(path), "generated now"
    )
    return "".join(lines)

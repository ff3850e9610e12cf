"""A file that is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from fork_tools.errors import MxforkError


def write_text(path: Path, text: str) -> None:
    """Replace the file at `path` by one that holds `text`, in UTF-8.

    Raises MxforkError, with the old file untouched, when that is impossible.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` by one that holds `content`; as `write_text`."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise MxforkError(
            f"cannot write {path}",
            facts=(("because", error.strerror or str(error)), ("so", "the file is as it was")),
            next_step="name a file in an existing folder that you may write to",
        ) from error

"""Which forms there are, and which of them a file's name asks for."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class Form(StrEnum):
    """A form of output, by its name on the command line."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"
    MARKDOWN = "markdown"
    HTML = "html"


_BY_SUFFIX = {
    ".txt": Form.TEXT,
    ".json": Form.JSON,
    ".xml": Form.JUNIT,
    ".sarif": Form.SARIF,
    ".md": Form.MARKDOWN,
    ".html": Form.HTML,
}


def form_of(path: Path) -> Form | None:
    """Tell the form by the file's suffix; nothing when the suffix says nothing."""
    return _BY_SUFFIX.get(path.suffix)

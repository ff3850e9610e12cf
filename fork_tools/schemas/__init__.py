"""JSON Schemas of what `mxfork` prints for scripts; docs/schemas holds the same files."""

from __future__ import annotations

from importlib.resources import files


def names() -> list[str]:
    """Name the documents that have a schema."""
    return sorted(entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name[-5:] == ".json")


def text(name: str) -> str:
    """Give the schema of a document as it is published."""
    return (files(__name__) / f"{name}.json").read_text(encoding="utf-8")

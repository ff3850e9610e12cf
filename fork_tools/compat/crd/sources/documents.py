"""From the text of a file to the CRDs in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from fork_tools.compat.crd.definition import Definition, is_definition, parse
from fork_tools.compat.crd.paths import FieldPath
from fork_tools.compat.crd.sources.nodes import UnreadableError, documents, line_of
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.finding import Location

_COMMENT: Final = re.compile(r"^#.*Kubernetes v?(\d+\.\d+(?:\.\d+)?)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A CRD and where it was found; `kubernetes` is the version that its pod template comes from, if that is known."""

    definition: Definition
    place: str
    kubernetes: str = ""
    node: yaml.Node | None = None

    def location(self, version: str, path: FieldPath) -> Location:
        """Say where a place in a version's schema is written down."""
        return Location(self.place, None if self.node is None else line_of(self.node, version, path))


def read(text: str, place: str, kubernetes: str = "") -> Iterator[Loaded]:
    """Yield the CRDs in `text`; other documents are passed over, entries of a List are looked into.

    Raises MxforkError (wrong use) when the text is no YAML.
    """
    comment = _COMMENT.search(text[:2000])
    from_version = comment[1] if comment else kubernetes
    try:
        for node, document in documents(text):
            if is_definition(document):
                yield Loaded(parse(document, place), place, from_version, node)
            elif isinstance(document, dict) and str(document.get("kind", "")).endswith("List"):
                for item in document.get("items") or ():
                    if is_definition(item):
                        yield Loaded(parse(item, place), place, from_version)
    except UnreadableError as error:
        raise MxforkError(
            f"{place} cannot be read: {error}",
            next_step="correct that file, or name another",
            exit_code=ExitCode.WRONG_USE,
        ) from error

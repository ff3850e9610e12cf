"""Facts from Go sources: constants, functions by what they do, metrics, flags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ast_grep_py import SgNode, SgRoot

from fork_tools.compat.upstream.facts import Fact, Kind, Name

MAIN: Final = "cmd/training-operator.v1/main.go"
_METRIC: Final = re.compile(r'Name:\s*"(training_operator_\w+)"')
_FLAG: Final = re.compile(r'flag\.(\w+)\(\s*&?[\w.]+,\s*"([\w-]+)"(?:,\s*([^,]+))?', re.DOTALL)
_CONSTANT: Final = re.compile(r'(\w+)(?:\s+[\w.]+)?\s*=\s*"([^"]*)"')
_FUNCTIONS: Final = ("function_declaration", "method_declaration")


def go_files(folder: Path) -> Iterator[Path]:
    """List the sources in a folder (or the file itself); tests and what helps them left out."""
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*.go")):
        if not path.name.endswith("_test.go") and not {"testutil", "fake"} & {*path.parts}:
            yield path


def go_facts(source: str, path: str, *, functions: bool) -> Iterator[tuple[Name, Fact]]:
    """Read constants, metrics and, if asked for, what functions do."""
    tree = SgRoot(source, "go").root()
    for declared in tree.find_all(kind="const_spec"):
        found = _CONSTANT.match(declared.text())
        if found:
            yield Name(Kind.CONSTANT, found[1]), Fact(found[2], path)
    yield from ((Name(Kind.METRIC, metric), Fact("", path)) for metric in _METRIC.findall(source))
    if functions:
        for name, digest in _functions(tree):
            yield Name(Kind.FUNCTION, f"{path} {name}"), Fact(digest, path)


def flags(source: str) -> Iterator[tuple[Name, Fact]]:
    """Read the flags of the operator with their types and defaults."""
    for kind, name, default in _FLAG.findall(source):
        yield Name(Kind.FLAG, f"--{name}"), Fact(f"{kind.removesuffix('Var').lower()} {default}".strip(), MAIN)


def _functions(tree: SgNode) -> Iterator[tuple[str, str]]:
    for kind in _FUNCTIONS:
        for declared in tree.find_all(kind=kind):
            name, body = declared.field("name"), declared.field("body")
            if name is not None and body is not None:
                yield name.text(), _digest(body)


def _digest(body: SgNode) -> str:
    """Digest what a function does: its text without comments and layout."""
    text = body.text()
    for comment in body.find_all(kind="comment"):
        text = text.replace(comment.text(), "")
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]

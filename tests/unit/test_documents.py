"""The documents name commands, folders and files; all of them exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from fork_tools.cli import mxfork

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("examples/*/*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))


def found(pattern: str) -> list[object]:
    return [
        pytest.param(document, match, id=f"{document.name}: {match}")
        for document in DOCUMENTS
        for match in sorted(set(re.findall(pattern, document.read_text())))
    ]


@pytest.mark.parametrize(("document", "link"), found(r"\]\((?!https?:|#)([^)#]+)"))
def test_a_link_leads_somewhere(document: Path, link: str) -> None:
    assert (document.parent / link).exists()


@pytest.mark.parametrize(("document", "target"), found(r"`make ([a-z-]+)"))
def test_a_target_exists(document: Path, target: str) -> None:
    assert target in TARGETS, f"{document.name} names a target that the Makefile has not"


@pytest.mark.parametrize(("document", "words"), found(r"mxfork ((?:[a-z]+ ?)+)"))
def test_a_verb_exists(document: Path, words: str) -> None:
    command: click.Command = mxfork
    for word in words.split():
        if not isinstance(command, click.Group):
            break
        assert word in command.commands, f"{document.name}: mxfork {words} is no command"
        command = command.commands[word]


@pytest.mark.parametrize(
    ("document", "path"), found(r"`((?:controller|fork_tools|crds|examples|tests|docs)/[\w./-]*)`")
)
def test_a_path_exists(document: Path, path: str) -> None:
    assert (REPOSITORY / path).exists(), f"{document.name} names a path that is not there"

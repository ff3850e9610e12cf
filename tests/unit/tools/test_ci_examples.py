"""The action and the example pipelines call `mxfork` with options that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fork_tools.commands.sync import sync
from fork_tools.upstream.configuration import find_fork

_ROOT = find_fork(Path(__file__))
_FILES = [_ROOT / "action.yml", *sorted((_ROOT / "examples" / "ci").glob("*.yaml"))]
_CALL = re.compile(r"mxfork sync((?:[^\n]|\\\n|\n +--)*)")
_KNOWN = {option for parameter in sync.params for option in parameter.opts}


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_it_parses_and_calls_sync_with_known_options(path: Path) -> None:
    text = path.read_text()
    document: dict[Any, Any] = yaml.safe_load(text)
    assert document
    options = {option for call in _CALL.findall(text) for option in re.findall(r"(?<![\w-])--[a-z-]+", call)}
    assert options <= _KNOWN


def test_the_example_workflow_gives_the_action_inputs_that_it_has() -> None:
    action = yaml.safe_load((_ROOT / "action.yml").read_text())
    workflow = yaml.safe_load((_ROOT / "examples" / "ci" / "github.yaml").read_text())
    uses = [step for step in workflow["jobs"]["sync"]["steps"] if "mxjob-fork-kit" in step.get("uses", "")]
    assert [set(step["with"]) - set(action["inputs"]) for step in uses] == [set()]

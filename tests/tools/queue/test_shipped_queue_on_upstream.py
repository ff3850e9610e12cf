"""The queue that ships, on the real upstream; it runs where MXFORK_UPSTREAM names a clone of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fork_tools.upstream.configuration import find_fork
from tests.tools.mxfork import Mxfork

_UPSTREAM = os.environ.get("MXFORK_UPSTREAM")
_ROOT = find_fork(Path(__file__))
_HOLD = {"clean", "three-way", "rewritten"}

if _UPSTREAM:

    @pytest.mark.parametrize("options", [(), ("--with", "all")], ids=["as it is", "with every improvement"])
    def test_every_step_is_in_the_tree_of_every_release(
        options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        mxfork = Mxfork(capsys, "--fork", str(_ROOT), "--upstream", str(_UPSTREAM), "--offline")
        told = mxfork("queue", "apply", "--all", "--dry-run", "--no-regenerate", *options, "--output", "json")
        suites = json.loads(told.out)["suites"]
        assert told.code == 0
        assert [suite["name"] for suite in suites] == [*(f"v1.9.{patch}" for patch in range(5)), "release-1.9"]
        for suite in suites:
            classes = {case["name"]: case["summary"].split()[0] for case in suite["cases"]}
            assert classes, suite["name"]
            assert set(classes.values()) <= _HOLD, suite["name"]

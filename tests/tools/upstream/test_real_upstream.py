"""Facts of the real upstream; they run where MXFORK_UPSTREAM names a clone of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fork_tools.upstream.configuration import find_fork
from tests.tools.mxfork import Mxfork

_UPSTREAM = os.environ.get("MXFORK_UPSTREAM")
_ROOT = find_fork(Path(__file__))

if _UPSTREAM:

    @pytest.fixture
    def mxfork(capsys: pytest.CaptureFixture[str]) -> Mxfork:
        return Mxfork(capsys, "--fork", str(_ROOT), "--upstream", str(_UPSTREAM), "--offline")

    def test_lanes_hold_what_upstream_released_until_autumn_2026(mxfork: Mxfork) -> None:
        document = json.loads(mxfork("upstream", "releases", "--output", "json").out)
        one, two = ([release["tag"] for release in lane["releases"]] for lane in document["lanes"])
        assert one[:6] == ["v1.9.0-rc.0", "v1.9.0", "v1.9.1", "v1.9.2", "v1.9.3", "v1.9.4"]
        assert two[:6] == ["v2.0.0", "v2.0.1", "v2.1.0", "v2.2.0", "v2.2.1", "v2.3.0"]
        assert {"v0.2.0-rc1", "v1.0.1-rc.5", "v2.0.0-rc.0"} <= {entry["tag"] for entry in document["rejected"]}

    def test_ten_commits_from_v1_8_1_to_v1_9_4_are_watched_and_all_are_classified(mxfork: Mxfork) -> None:
        document = json.loads(mxfork("upstream", "changes", "v1.8.1", "v1.9.4", "--output", "json").out)
        assert (len(document["commits"]), document["total"]) == (10, 154)
        assert all(commit["ledger"] for commit in document["commits"])

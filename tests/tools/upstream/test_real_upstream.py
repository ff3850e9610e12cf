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

    def test_the_naive_revert_has_the_culprits_that_were_found_by_hand(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        patches = tmp_path / "fork" / "patches"
        patches.mkdir(parents=True)
        (patches / "fork.toml").write_text((_ROOT / "patches" / "fork.toml").read_text())
        (patches / "series").write_text("undo.toml\n")
        (patches / "undo.toml").write_text(
            'kind = "revert"\nreason = "naive"\ncommit = "736c8147bbd9efbdd273bc8e3665d11c90294c8f"\n'
        )
        mxfork = Mxfork(capsys, "--fork", str(patches.parent), "--upstream", str(_UPSTREAM), "--offline")
        for tag in ("v1.9.0", "v1.9.4"):
            document = json.loads(mxfork("queue", "culprit", "--to", tag, "--output", "json").out)
            found = [finding["details"] for finding in document["suites"][0]["cases"][0]["findings"]]
            by_path = {entry["path"]: entry["context"]["commit"]["id"][:9] for entry in found if entry["context"]}
            assert {path: by_path[path] for path in _BY_HAND} == _BY_HAND


_BY_HAND = {
    "PROJECT": "8285aff08",
    "README.md": "2cc5dfed4",
    "cmd/training-operator.v1/main.go": "8285aff08",
    "go.mod": "181191ea3",
    "pkg/apis/kubeflow.org/v1/openapi_generated.go": "adc972e18",
    "pkg/common/util/reconciler.go": "adc972e18",
    "pkg/controller.v1/register_controller.go": "8285aff08",
    "pkg/webhooks/webhooks.go": "8285aff08",
}

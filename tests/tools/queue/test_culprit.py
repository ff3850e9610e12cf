"""The upstream commit behind a broken step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tools.history import History
from tests.tools.mxfork import Mxfork

_FORK = """
[upstream]
url = "{url}"
[lane."1.x"]
range = ">=1,<2"
since = "v1.0.0"
branches = ["release-1"]
requires = ["keep"]
[lane."2.x"]
range = ">=2"
mode = "watch"
branches = ["master"]
"""
_LINES = [f"line {number}\n" for number in range(1, 41)]
_PATCH = """From: Ada <ada@example.org>
Subject: Say ours
Fork-Reason: ours

diff --git a/code.go b/code.go
--- a/code.go
+++ b/code.go
@@ -2,3 +2,3 @@
 line 2
-line 3
+line 3 ours
 line 4
@@ -29,3 +29,3 @@
 line 29
-line 30
+line 30 ours
 line 31
"""


def _code(**changed: str) -> str:
    return "".join(changed.get(f"l{number}", line) for number, line in enumerate(_LINES, 1))


@pytest.fixture
def history(tmp_path: Path) -> History:
    upstream = History(tmp_path / "trainer.git")
    upstream.release("v1.0.0", {"code.go": _code(), "keep/it": "1\n", "other": "1\n"})
    return upstream


@pytest.fixture
def mxfork(
    tmp_path: Path, history: History, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Mxfork:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    patches = tmp_path / "fork" / "patches"
    patches.mkdir(parents=True)
    (patches / "fork.toml").write_text(_FORK.format(url=history.url))
    (patches / "series").write_text("ours.patch\n")
    (patches / "ours.patch").write_text(_PATCH)
    return Mxfork(capsys, "--fork", str(patches.parent), "--upstream", str(history.directory), "--output", "json")


def _findings(mxfork: Mxfork, *arguments: str) -> list[dict[str, Any]]:
    document = json.loads(mxfork(*arguments).out)
    return [found for suite in document["suites"] for case in suite["cases"] for found in case["findings"]]


def test_each_hunk_has_its_own_culprit(mxfork: Mxfork, history: History) -> None:
    history.commit({"other": "2\n"}, "Elsewhere")
    history.commit({"code.go": _code(l3="three\n")}, "Spell the third (#12)", author="Grace")
    history.commit({"code.go": _code(l3="three\n", l30="thirty\n")}, "Spell the thirtieth (#13)")
    history.release("v1.1.0")
    (found,) = _findings(mxfork, "queue", "culprit")
    assert found["subject"] == "ours: code.go"
    assert "Spell the third (#12) by Grace, 2023-11-15" in found["message"]
    culprit = found["details"]["fails"]["commit"]
    assert (culprit["pull_request"], culprit["author"]) == (12, "Grace")
    assert [hunk["since"]["commit"]["pull_request"] for hunk in found["details"]["hunks"]] == [12, 13]


def test_what_was_mended_in_between_is_told(mxfork: Mxfork, history: History) -> None:
    history.commit({"code.go": _code(l3="three\n")}, "Break")
    history.commit({"code.go": _code()}, "Mend")
    history.commit({"code.go": _code(l3="drei\n")}, "Break again")
    history.release("v1.1.0")
    (found,) = _findings(mxfork, "queue", "culprit", "ours")
    assert found["details"]["fails"]["commit"]["subject"] == "Break again"
    assert [commit["subject"] for commit in found["details"]["fails"]["earlier"]] == ["Break"]


def test_a_merge_is_the_culprit_and_not_the_branch_that_it_brought(mxfork: Mxfork, history: History) -> None:
    base = history.git.run("rev-parse", "master").strip()
    side = history.commit({"code.go": _code(l3="three\n")}, "On a branch", branch="side", parents=(base,))
    main = history.commit({"other": "2\n"}, "On the line")
    history.commit({"code.go": _code(l3="three\n")}, "Merge pull request #5 from side", parents=(main, side))
    history.release("v1.1.0")
    (found,) = _findings(mxfork, "queue", "culprit")
    assert found["details"]["fails"]["commit"]["pull_request"] == 5


def test_a_step_that_goes_in_has_no_culprit(mxfork: Mxfork, history: History) -> None:
    history.release("v1.1.0", {"code.go": _code(l20="twenty\n")})
    ended = mxfork("queue", "culprit")
    assert (ended.code, json.loads(ended.out)["verdict"]) == (0, "no step is broken")


def test_an_unknown_step_is_told(mxfork: Mxfork) -> None:
    assert "the queue has no step nothing" in mxfork("queue", "culprit", "nothing").err


def test_a_tip_tells_before_the_release_what_will_break(mxfork: Mxfork, history: History) -> None:
    history.branch("release-1", history.git.run("rev-parse", "master").strip())
    assert _findings(mxfork, "queue", "predict", "--ref", "release-1") == []
    history.commit({"code.go": _code(l3="three\n")}, "Break (#8)", branch="release-1")
    ended = mxfork("queue", "predict", "--ref", "release-1")
    assert (ended.code, json.loads(ended.out)["verdict"].startswith("the queue will break on release-1")) == (1, True)
    (found,) = _findings(mxfork, "queue", "predict", "--ref", "release-1")
    assert found["details"]["culprit"]["pull_request"] == 8
    assert f"known for {found['details']['days']} days, not released" in found["message"]
    history.tag("v1.1.0", "release-1")
    (found,) = _findings(mxfork, "queue", "predict", "--ref", "release-1")
    assert "broken on v1.1.0 already" in found["message"]


def test_a_tip_beyond_the_lanes_end_is_told_as_such(mxfork: Mxfork, history: History) -> None:
    history.commit({"keep/it": None, "code.go": None}, "Remove it all (#9)")
    (found,) = _findings(mxfork, "queue", "predict")
    assert found["rule"] == "queue/lane-ends"
    assert "has no keep since" in found["message"]
    assert "Remove it all (#9)" in found["message"]

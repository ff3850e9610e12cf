"""`mxfork upstream` and `mxfork ledger` on a small upstream."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from fork_tools import schemas
from fork_tools.upstream.git import Git
from tests.tools.history import History
from tests.tools.mxfork import Mxfork

_FORK = """
[upstream]
url = "{url}"
watch = ["pkg/common/**"]
[lane."1.x"]
range = ">=1.9,<2"
since = "v1.8.1"
branches = ["release-1.9"]
[lane."2.x"]
range = ">=2"
mode = "watch"
prereleases = "ignore"
requires = ["pkg/common"]
"""
_LEDGER = """# ours
commits:
  # the first
  - commit: {commit}
    status: ported
    reason: "Quoted: as it was."
    test: tests/test_port.py::test_it  # shows it
"""


@pytest.fixture
def history(tmp_path: Path) -> History:
    upstream = History(tmp_path / "trainer.git")
    upstream.release("v1.8.1", {"pkg/common/job.go": "1\n", "README": "1\n"})
    upstream.commit({"pkg/common/job.go": "2\n"}, "Change the job (#7)")
    upstream.commit({"README": "2\n"}, "Say so")
    upstream.release("v1.9.0")
    upstream.branch("release-1.9", upstream.git.run("rev-parse", "master").strip())
    upstream.release("v2.0.0-rc.0")
    upstream.release("v2.0.0")
    upstream.commit({"pkg/common/job.go": None}, "Remove it all (#9)")
    upstream.release("v2.1.0")
    upstream.release("v2.2.0")
    return upstream


@pytest.fixture
def fork(tmp_path: Path, history: History) -> Path:
    root = tmp_path / "fork"
    (root / "patches").mkdir(parents=True)
    (root / "patches" / "fork.toml").write_text(_FORK.format(url=history.url))
    (root / "tests").mkdir()
    (root / "tests" / "test_port.py").write_text("class TestIt:\n    def test_in(self): ...\ndef test_it(): ...\n")
    return root


@pytest.fixture
def mxfork(capsys: pytest.CaptureFixture[str], fork: Path) -> Mxfork:
    return Mxfork(capsys, "--fork", str(fork))


def _changed(history: History) -> str:
    return history.git.run("rev-parse", "v1.9.0~2").strip()


def test_a_release_with_an_unclassified_commit_needs_work_until_it_is_classified(
    mxfork: Mxfork, history: History, fork: Path
) -> None:
    checked = mxfork("upstream", "check")
    assert checked.code == 1
    assert "upstream/unclassified  Change the job (#7) is not in the port ledger" in checked.out
    marked = mxfork("ledger", "mark", _changed(history)[:9], "pending", "--reason", "After the holidays.")
    assert marked.out.startswith("added")
    again = mxfork("upstream", "check", "--offline")
    assert "upstream/pending" in again.out
    assert again.code == 0
    mxfork("ledger", "mark", _changed(history), "ported", "--reason", "Done.", "--test", "tests/test_port.py::test_it")
    assert "1 ported" in mxfork("upstream", "check", "--offline", "--fail-on", "warning").out
    assert (fork / "patches" / "ledger.yaml").read_text().count("commit:") == 1


def test_the_end_of_a_lane_is_told_once(mxfork: Mxfork) -> None:
    checked = mxfork("upstream", "check")
    assert checked.out.count("upstream/lane-ended") == 1
    assert "v2.1.0 has no pkg/common since" in checked.out
    assert "Remove it all (#9)" in checked.out
    assert "v2.2.0" not in checked.out


def test_what_is_new_since_the_last_check_is_said(mxfork: Mxfork, history: History) -> None:
    assert "is new since the last check" not in mxfork("upstream", "check").out
    history.release("v1.9.1", branch="release-1.9")
    checked = mxfork("upstream", "check")
    assert checked.out.count("is new since the last check") == 1
    assert "is new since the last check" not in mxfork("upstream", "check").out


def test_a_moved_tag_is_an_alarm_until_it_is_accepted(mxfork: Mxfork, history: History) -> None:
    mxfork("upstream", "check")
    history.tag("v1.9.0", "v1.8.1")
    for _ in range(2):
        checked = mxfork("upstream", "check")
        assert checked.code == 1
        assert "upstream/tag-moved" in checked.out
    assert "upstream/tag-moved" not in mxfork("upstream", "check", "--accept", "v1.9.0").out
    history.git.run("update-ref", "-d", "refs/tags/v1.9.0")
    assert "is gone" in mxfork("upstream", "check").out


def test_a_tag_that_is_not_what_the_lock_says_is_an_alarm(mxfork: Mxfork, fork: Path) -> None:
    (fork / "patches" / "fork.lock").write_text(f'[release."v1.9.0"]\ntag-object = "{"a" * 40}"\n')
    assert "named aaaaaaaaa and names" in mxfork("upstream", "check").out


def test_a_release_that_the_queue_was_not_applied_to_needs_work(mxfork: Mxfork, history: History, fork: Path) -> None:
    (fork / "patches" / "series").write_text("")
    assert "next  mxfork queue apply --to v1.9.0" in mxfork("upstream", "check").out
    (fork / "patches" / "fork.lock").write_text(
        f'[release."v1.9.0"]\ntag-object = "{history.git.run("rev-parse", "v1.9.0").strip()}"\n'
    )
    assert "not-carried" not in mxfork("upstream", "check").out


def test_a_commit_that_waits_on_a_branch_is_told(mxfork: Mxfork, history: History) -> None:
    history.commit({"pkg/common/job.go": "3\n"}, "Fix it", branch="release-1.9")
    assert "Fix it is in no release yet" in mxfork("upstream", "check").out


def test_a_lane_that_admits_nothing_is_an_error(mxfork: Mxfork, fork: Path) -> None:
    path = fork / "patches" / "fork.toml"
    path.write_text(path.read_text().replace(">=1.9,<2", ">=1.10,<2"))
    checked = mxfork("upstream", "check")
    assert (checked.code, "upstream/no-release" in checked.out) == (1, True)


def test_releases_are_listed_by_lane(mxfork: Mxfork) -> None:
    listed = mxfork("upstream", "releases").out
    assert "lane 1.x  >=1.9,<2  apply, newest v1.9.0" in listed
    assert "ended here: v2.1.0 has no pkg/common" in listed
    assert "2 tags belong to no lane" in listed
    rejected = mxfork("upstream", "releases", "--rejected").out
    assert "a pre-release, which 2.x ignores" in rejected
    document = json.loads(mxfork("upstream", "releases", "--output", "json").out)
    jsonschema.validate(document, json.loads(schemas.text("releases")))
    assert [release["tag"] for release in document["lanes"][1]["releases"]] == ["v2.0.0", "v2.1.0", "v2.2.0"]
    assert document["lanes"][1]["ended"]["tag"] == "v2.1.0"


@pytest.mark.parametrize(
    ("options", "subjects"),
    [
        ((), ["Change the job (#7)"]),
        (("--watched",), ["Change the job (#7)"]),
        (("--path", "*"), ["Say so", "Release v1.9.0"]),
        (("--every",), ["Change the job (#7)", "Say so", "Release v1.9.0"]),
    ],
)
def test_changes_are_limited_to_paths(mxfork: Mxfork, options: tuple[str, ...], subjects: list[str]) -> None:
    document = json.loads(mxfork("upstream", "changes", "v1.8.1", "v1.9.0", "--output", "json", *options).out)
    jsonschema.validate(document, json.loads(schemas.text("changes")))
    assert [commit["subject"] for commit in document["commits"]] == subjects
    assert document["total"] == 3
    assert "of 3 commits" in mxfork("upstream", "changes", "v1.8.1", "v1.9.0", *options).out


def test_marking_keeps_comments_and_order(mxfork: Mxfork, history: History, fork: Path) -> None:
    ledger = fork / "patches" / "ledger.yaml"
    before = _LEDGER.format(commit=_changed(history))
    ledger.write_text(before)
    assert mxfork("ledger", "mark", "v1.9.0", "not-applicable", "--reason", "A release.").code == 0
    after = ledger.read_text()
    assert after.startswith(before)
    assert "subject: Release v1.9.0" in after[len(before) :]
    listed = json.loads(mxfork("ledger", "list", "--output", "json").out)
    jsonschema.validate(listed, json.loads(schemas.text("ledger")))
    assert [entry["status"] for entry in listed["commits"]] == ["ported", "not-applicable"]
    assert mxfork("ledger", "list", "--status", "pending").out == "nothing is classified\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere", "pending", "--reason", "x"), "upstream has no tag, branch or commit nowhere"),
        (("v1.9.0", "ported", "--reason", "x"), "a port is shown by a test"),
        (("v1.9.0", "ported", "--reason", "x", "--test", "tests/none.py::test_it"), "there is no file tests/none.py"),
        (("v1.9.0", "ported", "--reason", "x", "--test", "tests/test_port.py::test_no"), "test_port.py has no test_no"),
        (("v1.9.0", "ported", "--reason", "x", "--test", "tests/test_port.py::TestIt::no"), "has no no"),
        (("v1.9.0", "ported", "--reason", "x", "--test", "tests/test_port.py"), "it names no test"),
        (("v1.9.0", "pending", "--reason", "x", "--ours", "f" * 40), "fffffffff is not in the fork's history"),
        (("v1.9.0", "pending", "--reason", " "), "--reason is empty"),
    ],
)
def test_what_proves_nothing_is_not_marked(mxfork: Mxfork, fork: Path, arguments: tuple[str, ...], told: str) -> None:
    refused = mxfork("ledger", "mark", *arguments)
    assert (refused.code, told in refused.err) == (2, True)
    assert not (fork / "patches" / "ledger.yaml").exists()


def test_our_commit_is_looked_for_in_the_forks_history(mxfork: Mxfork, fork: Path) -> None:
    Git(fork / ".git").run("init", "--quiet", "--template=", str(fork))
    own = Git(fork / ".git", fork)
    who = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"), "x")
    own.run("commit", "--quiet", "--allow-empty", "-m", "Port it", environment=who)
    ours = own.run("rev-parse", "HEAD").strip()
    marked = mxfork("ledger", "mark", "v1.9.0", "pending", "--reason", "x", "--ours", ours)
    assert (marked.code, ours in (fork / "patches" / "ledger.yaml").read_text()) == (0, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("commits:\n  - commit: abc\n", "line 2: commit is to be a full commit id"),
        (f"commits:\n  - commit: {'a' * 40}\n    status: done\n", "line 2: status is to be one of"),
        (f"commits:\n  - commit: {'a' * 40}\n    status: pending\n", "has no reason"),
        (f"commits:\n  - commit: {'a' * 40}\n    why: x\n", "why is no key here"),
        ("commits: {}\n", "commits is to be a list"),
        ("- 1\n", "under the key commits"),
        ("commits: [", "while parsing"),
    ],
)
def test_a_broken_ledger_is_told_where(mxfork: Mxfork, fork: Path, text: str, told: str) -> None:
    (fork / "patches" / "ledger.yaml").write_text(text)
    refused = mxfork("ledger", "list")
    assert (refused.code, told in refused.err) == (2, True)


def test_a_port_whose_test_is_gone_is_a_finding(mxfork: Mxfork, history: History, fork: Path) -> None:
    (fork / "patches" / "ledger.yaml").write_text(_LEDGER.format(commit=_changed(history)))
    assert mxfork("upstream", "check").code == 0
    (fork / "tests" / "test_port.py").write_text("")
    checked = mxfork("upstream", "check")
    assert checked.code == 1
    assert "upstream/proof-missing  tests/test_port.py has no test_it" in checked.out


def test_a_merge_counts_only_when_it_changes_something_itself(mxfork: Mxfork, history: History) -> None:
    base = history.git.run("rev-parse", "release-1.9").strip()
    left = history.commit({"pkg/common/a.go": "a\n"}, "Left", branch="left", parents=(base,))
    right = history.commit({"pkg/common/b.go": "b\n"}, "Right", branch="right", parents=(base,))
    both = history.commit({"pkg/common/b.go": "b\n"}, "Merge", branch="merged", parents=(left, right))
    cross = history.commit({"pkg/common/a.go": "a\n"}, "Cross", branch="crossed", parents=(right, left))
    evil = history.commit({"pkg/common/b.go": "evil\n"}, "Evil", branch="evil", parents=(both, cross))
    document = json.loads(mxfork("upstream", "changes", base, evil, "--output", "json").out)
    assert [commit["subject"] for commit in document["commits"]] == ["Left", "Right", "Evil"]

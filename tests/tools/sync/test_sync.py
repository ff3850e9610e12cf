"""`mxfork sync`, and what it pushes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tools.history import History
from tests.tools.mxfork import Mxfork
from tests.tools.small_fork import THIRD_CHANGED, small_fork, small_upstream


@pytest.fixture
def history(tmp_path: Path) -> History:
    return small_upstream(tmp_path / "trainer.git")


@pytest.fixture
def patches(tmp_path: Path, history: History) -> Path:
    return small_fork(tmp_path / "fork", history)


@pytest.fixture
def mxfork(
    tmp_path: Path, patches: Path, history: History, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Mxfork:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Mxfork(capsys, "--fork", str(patches.parent), "--upstream", str(history.directory))


@pytest.fixture
def classified(mxfork: Mxfork, history: History) -> None:
    changed = history.git.run("rev-parse", "v1.1.0~1").strip()
    assert mxfork("ledger", "mark", changed, "not-applicable", "--reason", "Only its spelling.").code == 0


@pytest.fixture
def remote(tmp_path: Path) -> History:
    return History(tmp_path / "remote.git")


def _branches(remote: History) -> dict[str, str]:
    output = remote.git.run("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
    return dict(line.split(" ") for line in output.splitlines())


def test_a_night_tells_everything_in_every_form(mxfork: Mxfork, patches: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("sync.json", "sync.xml", "sync.sarif", "body.md", "sync.html")]
    ended = mxfork("sync", *(part for file in files for part in ("--output-file", str(file))))
    assert (ended.code, "upstream/unclassified  Spell the last (#7)" in ended.out) == (1, True)
    assert all(file.stat().st_size for file in files)
    document = json.loads(files[0].read_text())
    assert document["facts"]["1.x: v1.1.0"].startswith("1 of 1 steps, tree ")
    assert document["facts"]["patches/fork.lock"] == "changed"
    assert '[release."v1.1.0"]' in (patches / "fork.lock").read_text()
    assert "mxfork queue culprit" in files[3].read_text()


@pytest.mark.usefixtures("classified")
def test_a_quiet_night_ends_well(mxfork: Mxfork) -> None:
    assert "patches/fork.lock  changed" in mxfork("sync").out
    again = mxfork("sync")
    assert (again.code, "patches/fork.lock  unchanged" in again.out) == (0, True)


@pytest.mark.parametrize(
    ("options", "verified"), [((), True), (("--verify", "none"), False), (("--no-regenerate",), False)]
)
def test_the_newest_release_is_verified_unless_told_otherwise(
    mxfork: Mxfork, options: tuple[str, ...], verified: bool
) -> None:
    shown = mxfork("sync", "--dry-run", *options).out
    assert ("v1.1.0: checks" in shown, "v1.0.0: checks" in shown) == (verified, False)


def test_a_dry_run_leaves_nothing(mxfork: Mxfork, patches: Path, tmp_path: Path, remote: History) -> None:
    mxfork("sync", "--dry-run", "--push", "mxjob", "--remote", str(remote.directory))
    assert not (patches / "fork.lock").exists()
    assert not list((tmp_path / "cache").rglob("seen-tags.json"))
    assert _branches(remote) == {}


def test_a_broken_queue_is_told_with_its_culprit(mxfork: Mxfork, history: History) -> None:
    history.commit({"code.go": THIRD_CHANGED}, "Spell the third (#8)")
    history.release("v1.2.0")
    ended = mxfork("sync")
    assert ended.code == 3
    assert "culprits on v1.2.0" in ended.out
    assert "Spell the third (#8) by Ada" in ended.out


def test_each_lane_has_its_branch_which_is_pushed_when_it_changed(
    mxfork: Mxfork, history: History, remote: History
) -> None:
    push = ("sync", "--push", "mxjob/{lane}", "--remote", str(remote.directory))
    assert "v1.1.0: created" in mxfork(*push).out
    first = _branches(remote)
    assert list(first) == ["mxjob/1.x"]
    assert "v1.1.0: unchanged" in mxfork(*push).out
    assert _branches(remote) == first
    history.release("v1.2.0")
    assert "v1.2.0: updated" in mxfork(*push).out
    assert _branches(remote) != first
    assert remote.git.run("show", "mxjob/1.x:code.go").splitlines()[2] == "line 3 ours"


def test_somebodys_own_commits_are_left_alone(mxfork: Mxfork, history: History, remote: History) -> None:
    push = ("sync", "--push", "mxjob", "--remote", str(remote.directory))
    mxfork(*push)
    mine = remote.commit({"code.go": "mine\n"}, "By hand", branch="mxjob-1.x")
    history.release("v1.2.0")
    assert "left alone: its last commit is not mxfork's" in mxfork(*push).out
    assert _branches(remote) == {"mxjob-1.x": mine}


def test_a_broken_queue_pushes_nothing(mxfork: Mxfork, history: History, remote: History) -> None:
    history.release("v1.2.0", {"code.go": THIRD_CHANGED})
    ended = mxfork("sync", "--push", "mxjob", "--remote", str(remote.directory))
    assert "left alone: the queue does not apply" in ended.out
    assert _branches(remote) == {}


def test_a_remote_that_is_not_there_is_told(mxfork: Mxfork, tmp_path: Path) -> None:
    ended = mxfork("sync", "--push", "mxjob", "--remote", str(tmp_path / "nowhere.git"))
    assert (ended.code, "git ls-remote failed" in ended.err) == (4, True)


def test_push_and_remote_go_together(mxfork: Mxfork) -> None:
    assert mxfork("sync", "--push", "mxjob").code == 2

"""Reading upstream: from the cache, from a clone, offline, and after what may go wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from fork_tools.errors import MxforkError
from fork_tools.upstream import cache
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.git import Git
from fork_tools.upstream.repository import open_repository
from tests.tools.history import History
from tests.tools.upstream.conftest import configured

_OPEN = """
import sys
from pathlib import Path
from fork_tools.upstream.repository import open_repository
from tests.tools.upstream.conftest import configured
print(len(open_repository(configured(Path(sys.argv[1]), sys.argv[2]), refresh=True).tags()))
"""


def test_the_cache_is_partial_and_fetches_a_file_when_it_is_read(
    configuration: Configuration, history: History
) -> None:
    repository = open_repository(configuration)
    assert [tag.name for tag in repository.tags()] == ["v1.9.0", "v1.9.1", "v2.0.0"]
    offline = open_repository(configuration, offline=True)
    with pytest.raises(MxforkError, match="leave out --offline once"):
        offline.read("v1.9.0", "VERSION")
    assert repository.read("v1.9.0", "VERSION") == b"v1.9.0\n"
    history.directory.rename(history.directory.with_name("gone.git"))
    assert offline.read("v1.9.0", "VERSION") == b"v1.9.0\n"
    assert offline.read("v1.9.0", "nowhere") is None


def test_a_fresh_cache_is_not_fetched_again_unless_asked(configuration: Configuration, history: History) -> None:
    open_repository(configuration)
    history.release("v1.9.2")
    assert len(open_repository(configuration).tags()) == 3
    assert len(open_repository(configuration, refresh=True).tags()) == 4


def test_an_old_cache_is_fetched_again(configuration: Configuration, history: History) -> None:
    open_repository(configuration)
    history.release("v1.9.2")
    stamp = cache.clone_of(cache.cache_folder(configuration.url)) / "mxfork-fetched"
    long_ago = stamp.stat().st_mtime - 2 * cache.FRESH_FOR / timedelta(seconds=1)
    os.utime(stamp, (long_ago, long_ago))
    assert len(open_repository(configuration).tags()) == 4


def test_offline_with_an_empty_cache_says_what_to_do(configuration: Configuration) -> None:
    with pytest.raises(MxforkError, match=r"nothing of .* was fetched yet"):
        open_repository(configuration, offline=True)


def test_a_cache_that_cannot_be_written_works_offline(configuration: Configuration, own_cache: Path) -> None:
    open_repository(configuration)
    for path in (own_cache, *own_cache.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert len(open_repository(configuration, offline=True).tags()) == 3
    finally:
        for path in (own_cache, *own_cache.rglob("*")):
            path.chmod(0o700)


def test_several_processes_fill_one_cache(configuration: Configuration, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPEN, str(tmp_path), configuration.url]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [run.communicate()[0].strip() for run in runs] == ["3"] * 4


def test_a_fetch_that_fails_leaves_the_cache_as_it_was(configuration: Configuration, history: History) -> None:
    open_repository(configuration)
    history.directory.rename(history.directory.with_name("gone.git"))
    with pytest.raises(MxforkError, match="the cache is as it was"):
        open_repository(configuration, refresh=True)
    assert len(open_repository(configuration, offline=True).tags()) == 3


def test_what_a_killed_fetch_left_is_cleared(configuration: Configuration, history: History) -> None:
    open_repository(configuration)
    clone = cache.clone_of(cache.cache_folder(configuration.url))
    leftovers = [clone / "packed-refs.lock", clone / "refs/tags/v1.9.2.lock", clone / "objects/pack/tmp_pack_x"]
    for leftover in leftovers:
        leftover.parent.mkdir(parents=True, exist_ok=True)
        leftover.touch()
    history.release("v1.9.2")
    assert len(open_repository(configuration, refresh=True).tags()) == 4
    assert not any(leftover.exists() for leftover in leftovers)


def test_a_process_killed_while_it_clones_leaves_its_place_to_the_next(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh, asked = tmp_path / "ssh", tmp_path / "asked"
    os.mkfifo(asked)
    ssh.write_text(
        f'#!/bin/sh\n[ -p {asked} ] && {{ echo >{asked}; exec sleep 300; }}\nfor command; do :; done\neval "$command"\n'
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    url = f"ssh://upstream{history.directory}"
    run = subprocess.Popen([sys.executable, "-c", _OPEN, str(tmp_path), url], start_new_session=True)
    asked.read_text()
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    asked.unlink()
    assert len(open_repository(configured(tmp_path, url)).tags()) == 3


def test_a_renamed_upstream_starts_from_the_cache_of_its_former_name(history: History, tmp_path: Path) -> None:
    former = configured(tmp_path, history.url)
    open_repository(former).read("v1.9.0", "VERSION")
    moved = history.directory.rename(tmp_path / "renamed.git")
    now = configured(tmp_path, f"file://{moved}", history.url)
    open_repository(now)
    assert open_repository(now, offline=True).read("v1.9.0", "VERSION") == b"v1.9.0\n"


@pytest.mark.parametrize("bare", [True, False], ids=["bare", "with a work tree"])
def test_a_clone_of_the_users_is_read_as_it_is(
    configuration: Configuration, history: History, tmp_path: Path, bare: bool, own_cache: Path
) -> None:
    clone = tmp_path / "clone"
    flags = ("--bare",) if bare else ()
    Git(clone, transport=True).run("clone", "--quiet", *flags, str(history.directory), str(clone))
    repository = open_repository(configuration, path=clone)
    assert [tag.name for tag in repository.tags()] == ["v1.9.0", "v1.9.1", "v2.0.0"]
    assert repository.tips() == {"master": repository.resolve("v2.0.0")}
    assert repository.read("v1.9.1", "pkg/controller.v1/common/job.go") == b"two\n"
    assert not own_cache.exists()


def test_a_linked_work_tree_is_read_as_its_repository(
    configuration: Configuration, history: History, tmp_path: Path
) -> None:
    linked = tmp_path / "linked"
    history.git.run("worktree", "add", "--quiet", str(linked), "v1.9.0")
    assert len(open_repository(configuration, path=linked).tags()) == 3


def test_a_path_that_is_no_clone_is_refused(configuration: Configuration, tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match="holds no git repository"):
        open_repository(configuration, path=tmp_path)


def test_an_annotated_tag_leads_to_its_commit(configuration: Configuration, history: History) -> None:
    object_id = history.tag("v1.9.2", "v1.9.1", annotated=True)
    history.git.run("update-ref", "refs/tags/a-file", history.git.run("rev-parse", "v1.9.0:VERSION").strip())
    repository = open_repository(configuration, path=history.directory)
    tags = {tag.name: tag for tag in repository.tags()}
    assert tags["v1.9.2"].object_id == object_id
    assert tags["v1.9.2"].commit == tags["v1.9.1"].commit
    assert "a-file" not in tags


def test_a_commit_tells_who_when_and_in_which_pull_request(configuration: Configuration, history: History) -> None:
    history.commit({"a": "1"}, "Fix the thing (#3420)", author="Grace")
    history.commit({"a": "2"}, "No number")
    repository = open_repository(configuration, path=history.directory)
    fix, plain = repository.first_parents("v2.0.0", "master")
    assert (fix.author, fix.subject, fix.pull_request) == ("Grace", "Fix the thing (#3420)", 3420)
    assert plain.pull_request is None
    assert plain.date - fix.date == timedelta(hours=1)


def test_an_unknown_name_says_where_to_look(configuration: Configuration, history: History) -> None:
    with pytest.raises(MxforkError, match="mxfork upstream releases"):
        open_repository(configuration, path=history.directory).resolve("v9.9.9")


def test_a_hostile_configuration_changes_nothing(
    configuration: Configuration, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open_repository(configuration, path=history.directory)
    expected = (plain.tags(), plain.first_parents("v1.9.0", "v2.0.0"), plain.entries("v2.0.0"))
    hostile = tmp_path / "hostile"
    hostile.write_text(
        "[log]\nshowSignature=true\n[diff]\nnoprefix=true\nexternal=false\n[core]\npager=false\nabbrev=4\n"
    )
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(hostile))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    (history.directory / "config").write_text((history.directory / "config").read_text() + hostile.read_text())
    again = open_repository(configuration, path=history.directory)
    assert (again.tags(), again.first_parents("v1.9.0", "v2.0.0"), again.entries("v2.0.0")) == expected

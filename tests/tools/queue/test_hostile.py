from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fork_tools.upstream.git import Git
from tests.cluster.waiting import wait_until
from tests.tools.queue.bench import Bench

PLAIN = "one\ntwo\nthree\n"
HEAD = "From: Ada <ada@example.org>\nSubject: [PATCH] Add\n\n---\n\n"
NEW_FILE = HEAD + "diff --git a/{0} b/{0}\nnew file mode {1}\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+text\n"
HOSTILE = """
[core]
autocrlf = true
hooksPath = {hooks}
fsmonitor = false
abbrev = 4
[diff]
noprefix = true
external = false
algorithm = patience
[apply]
whitespace = fix
[commit]
gpgSign = true
[merge]
conflictStyle = zdiff3
[color]
ui = always
[alias]
commit-tree = "!false"
"""


def carried(bench: Bench, old: str | bytes, new: str | bytes | None) -> None:
    """Make a queue of one patch that turns pkg/file from `old` to `new`."""
    bench.upstream.release("v1.9.0", {"pkg/file": old, "pkg/other": "other\n"})
    change = bench.upstream.commit({"pkg/file": new}, branch="ours", parents=("refs/tags/v1.9.0",))
    bench.series({"change.patch": bench.mail("v1.9.0", change)})


def test_the_users_git_configuration_and_identity_change_nothing(bench: Bench, tmp_path: Path) -> None:
    carried(bench, PLAIN, PLAIN.replace("two", "2  "))
    assert bench.apply("--all").code == 0
    locked = (bench.patches / "fork.lock").read_text()
    home = tmp_path / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    for name in ("reference-transaction", "post-checkout", "pre-commit"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(HOSTILE.format(hooks=hooks))
    hostile = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(tmp_path / "another-cache"),
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_AUTHOR_NAME": "Mallory",
        "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z",
        "GIT_EXTERNAL_DIFF": "false",
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Asia/Kathmandu",
    }

    assert bench.apply("--all", environment=hostile).code == 0

    assert (bench.patches / "fork.lock").read_text() == locked


@pytest.mark.parametrize(
    ("path", "mode", "why"),
    [
        ("../outside", "100644", "leaves the tree"),
        ("/etc/passwd", "100644", "is no relative path"),
        (".git/hooks/post-checkout", "100755", "reaches into .git"),
        ("pkg/.GIT/config", "100644", "reaches into .git"),
        ("pkg/link", "120000", "is a symbolic link"),
        ("pkg/sub", "160000", "is a submodule"),
    ],
)
def test_a_patch_that_reaches_where_it_must_not_is_refused(bench: Bench, path: str, mode: str, why: str) -> None:
    bench.upstream.release("v1.9.0", {"pkg/file": PLAIN})
    bench.series({"bad.patch": NEW_FILE.format(path, mode)})

    told = bench.apply("--all")

    assert told.code == 3
    assert told.classes("v1.9.0") == {"bad": "corrupt"}
    assert why in told.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PLAIN.replace("\n", "\r\n"), PLAIN.replace("\n", "\r\n").replace("two", "2")),
        (PLAIN, PLAIN.replace("\n", "\r\n")),
        (PLAIN, PLAIN.rstrip("\n")),
        (PLAIN.encode("utf-16"), None),
        ("", "text\n"),
        ("grüße\n", "grüße".encode("latin-1") + b"\n"),
    ],
    ids=["CRLF", "to CRLF", "no last newline", "removed binary", "filled", "other encoding"],
)
def test_bytes_arrive_as_they_are(bench: Bench, tmp_path: Path, old: str | bytes, new: str | bytes | None) -> None:
    carried(bench, old, new)

    told = bench.apply("--to", "v1.9.0", "--worktree", str(tmp_path / "out"))

    assert told.code == 0, told.output
    file = tmp_path / "out" / "pkg" / "file"
    wanted = new.encode() if isinstance(new, str) else new
    assert (file.read_bytes() if file.exists() else None) == wanted


def test_a_patch_of_50_000_lines_is_carried(bench: Bench, tmp_path: Path) -> None:
    old = "".join(f"line {number}\n" for number in range(50_000))
    carried(bench, old, old.replace("line", "row"))

    told = bench.apply("--to", "v1.9.0", "--worktree", str(tmp_path / "out"))

    assert told.classes("v1.9.0") == {"change": "clean"}
    assert (tmp_path / "out" / "pkg" / "file").read_text() == old.replace("line", "row")


def test_a_killed_run_leaves_everything_whole_and_the_next_one_works(bench: Bench, tmp_path: Path) -> None:
    carried(bench, PLAIN, PLAIN.replace("two", "2"))
    started = tmp_path / "started"
    bench.write(
        "made.toml",
        f'kind = "regenerate"\ncommand = ["sh", "-c", "touch {started}; exec sleep 60"]\ngenerates = ["made"]\n',
    )
    bench.write("series", "change.patch\nmade.toml\n")
    before = _refs(bench)
    command = ["queue", "apply", "--all", "--upstream", str(bench.upstream.directory)]
    with subprocess.Popen(
        [sys.executable, "-m", "fork_tools", *command],
        cwd=bench.root,
        env={**os.environ, "XDG_CACHE_HOME": str(bench.folder / "cache")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        wait_until(lambda: started.exists() or run.poll() is not None)
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 130

    assert sorted(path.name for path in bench.patches.iterdir()) == ["change.patch", "fork.toml", "made.toml", "series"]
    assert _refs(bench) == before
    bench.write("series", "change.patch\n")
    (bench.patches / "made.toml").unlink()
    assert bench.apply("--all").code == 0


def _refs(bench: Bench) -> str:
    return Git(bench.upstream.directory).run("for-each-ref")

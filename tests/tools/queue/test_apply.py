from __future__ import annotations

from pathlib import Path

from fork_tools.upstream.git import Git
from tests.tools.queue.bench import Bench, show

JOBS = "".join(f"func {kind}() {{\n\trun({kind})\n\tend()\n}}\n\n" for kind in ("TF", "MX", "XGB"))
LISTED = "resources:\n  - tfjobs.yaml # the first\n  - xgboostjobs.yaml\n"


def restoring(bench: Bench) -> dict[str, str | bytes]:
    """Make a queue with a step of every kind, for an upstream that removed MXJob before v1.9.0."""
    upstream = bench.upstream
    upstream.release("v1.8.1", {"pkg/mx.go": "package mx\n", "pkg/jobs.go": JOBS, "crds/list.yaml": LISTED})
    without = JOBS.replace("func MX() {\n\trun(MX)\n\tend()\n}\n\n", "")
    removal = upstream.commit({"pkg/mx.go": None, "pkg/jobs.go": without}, "Remove MX (#7)")
    upstream.release("v1.9.0", {"pkg/other.go": "package other\n"})
    wish = upstream.commit({"pkg/other.go": "package other\n\n// ours\n"}, branch="ours", parents=(removal_tip(bench),))
    upstream.release("v1.9.1", {"README.md": "new\n"})
    return {
        "mx/files.toml": f'kind = "restore"\ncommit = "{removal}^"\npaths = ["pkg/mx.go"]\n',
        "mx/back.toml": f'kind = "revert"\ncommit = "{removal}"\npaths = ["pkg/jobs.go"]\nrequires = ["mx/files"]\n',
        "mx/list.toml": 'kind = "rewrite"\n[[edit]]\nfiles = ["crds/list.yaml"]\nyaml = "resources"\n'
        'insert = "mxjobs.yaml"\nafter = "tfjobs.yaml"\n',
        "ours.patch": bench.mail("v1.9.0", wish, Fork_Reason="restore"),
        "generate.toml": 'kind = "regenerate"\ncommand = "sh -c \'ls pkg > generated.txt\'"\n'
        'generates = ["generated.txt"]\n',
    }


def removal_tip(bench: Bench) -> str:
    return bench.upstream.git.run("rev-parse", "v1.9.0").strip()


def test_every_kind_of_step_is_carried_onto_every_release(bench: Bench) -> None:
    bench.series(restoring(bench))

    told = bench.apply("--all")

    assert told.code == 0, told.errors + told.output
    expected = {
        "mx/files": "clean",
        "mx/back": "clean",
        "mx/list": "rewritten",
        "ours": "clean",
        "generate": "regenerated",
    }
    assert told.classes("v1.9.0") == expected
    assert told.classes("v1.9.1") == expected


def test_the_worktree_holds_a_commit_a_step_and_the_tag(bench: Bench, tmp_path: Path) -> None:
    bench.series(restoring(bench))

    told = bench.apply("--to", "v1.9.1", "--worktree", str(tmp_path / "out"))

    assert told.code == 0, told.errors
    out = Git(tmp_path / "out" / ".git", work_tree=tmp_path / "out")
    assert out.run("log", "--format=%s", "v1.9.1^{commit}..").split("\n")[:-1] == [
        "Generate",
        "Carry a change",
        "List",
        "Back",
        "Files",
    ]
    assert out.run("status", "--porcelain") == ""
    assert out.run("tag", "--points-at", "HEAD").strip() == "v1.9.1+mxjob.1"
    assert (tmp_path / "out" / "crds" / "list.yaml").read_text() == (
        "resources:\n  - tfjobs.yaml # the first\n  - mxjobs.yaml\n  - xgboostjobs.yaml\n"
    )
    assert (tmp_path / "out" / "generated.txt").read_text() == "jobs.go\nmx.go\nother.go\n"
    assert show(tmp_path / "out", "HEAD~3:pkg/jobs.go") == JOBS


def test_the_lock_is_reproduced_from_nothing(bench: Bench) -> None:
    bench.series(restoring(bench))
    assert bench.apply("--all").code == 0
    written = (bench.patches / "fork.lock").read_text()

    verified = bench.run("lock", "verify", "--upstream", str(bench.upstream.directory), "--offline")
    assert verified.code == 0, verified.output

    assert bench.apply("--all", environment={"XDG_CACHE_HOME": str(bench.folder / "another")}).code == 0
    assert (bench.patches / "fork.lock").read_text() == written


def test_a_changed_step_and_a_moved_tag_are_named_by_the_lock(bench: Bench) -> None:
    steps = restoring(bench)
    bench.series(steps)
    assert bench.apply("--all").code == 0
    bench.write("mx/list.toml", str(steps["mx/list.toml"]).replace("mxjobs.yaml", "mx.yaml"))
    bench.upstream.tag("v1.9.0", bench.upstream.commit({"moved": "yes\n"}))

    verified = bench.run("lock", "verify", "--upstream", str(bench.upstream.directory))

    assert verified.code == 1
    assert "upstream moved v1.9.0" in verified.output
    assert "mx/list.toml was changed since the lock was written" in verified.output


def test_leaving_the_generators_out_keeps_what_the_lock_knows_of_them(bench: Bench) -> None:
    steps = restoring(bench)
    bench.series(steps)
    assert bench.apply("--all").code == 0
    written = (bench.patches / "fork.lock").read_text()

    assert bench.apply("--all", "--no-regenerate").code == 0
    assert (bench.patches / "fork.lock").read_text() == written
    verified = bench.run("lock", "verify", "--no-regenerate", "--upstream", str(bench.upstream.directory))
    assert verified.code == 0, verified.output

    bench.write("generate.toml", str(steps["generate.toml"]).replace("ls pkg", "ls -r pkg"))
    assert bench.apply("--all", "--no-regenerate").code == 0
    assert 'class = "not-run"' in (bench.patches / "fork.lock").read_text()


def test_every_step_is_tried_and_what_depends_on_a_failed_one_is_blocked(bench: Bench) -> None:
    steps = restoring(bench)
    steps["mx/files.toml"] = str(steps["mx/files.toml"]).replace("pkg/mx.go", "pkg/nowhere.go")
    bench.series(steps)

    told = bench.apply("--to", "v1.9.1")

    assert told.code == 3
    assert told.classes("v1.9.1") == {
        "mx/files": "empty",
        "mx/back": "blocked",
        "mx/list": "rewritten",
        "ours": "clean",
        "generate": "blocked",
    }
    assert not (bench.patches / "fork.lock").read_text().count("release.")


def test_a_lane_that_ended_is_said_once(bench: Bench) -> None:
    bench.series(restoring(bench))
    bench.upstream.release("v2.0.0", {"pkg/jobs.go": None, "pkg/other.go": None, "src/new.go": "package new\n"})

    told = bench.apply("--to", "v2.0.0", "--dry-run")

    assert told.code == 0
    assert told.classes("v2.0.0") == {"v2.0.0": "lane-ended"}


def test_an_empty_queue_is_legal(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a.go": "package a\n"})

    assert bench.apply("--all").code == 0


def test_a_patch_without_a_diff_is_empty_and_stops_nothing(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a.go": "package a\n"})
    bench.series({"words.patch": b"From: Ada <ada@example.org>\nSubject: Only words\n\nNo more.\n"})

    assert bench.apply("--all").classes("v1.9.0") == {"words": "empty"}

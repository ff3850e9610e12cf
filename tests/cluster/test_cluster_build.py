"""Builds real Go programs, of two lines each: Kubernetes' own take minutes, by the same way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fork_tools.cluster.build import GoBuild, Recipe, built
from fork_tools.cluster.go import Go, GoError
from fork_tools.errors import MxforkError
from fork_tools.progress import LogProgress, Progress

GATE = "MXFORK_TEST_GATE"
PROGRAM = "package main\n\nfunc main() {{ println({text!r}) }}\n"


def recipe(*, go_version: str = "1.21", source: str = PROGRAM) -> Recipe:
    """Three programs of two builds; with GATE set, preparing waits until that file is there and counts itself in it."""

    def prepare(_: Go, module: Path) -> None:
        (module / "go.mod").write_text(f"module example.test/programs\n\ngo {go_version}\n", encoding="utf-8")
        for name in ("first", "second", "server"):
            (module / name).mkdir()
            (module / name / "main.go").write_text(source.format(text=name).replace("'", '"'), encoding="utf-8")
        wait_at_gate()

    builds = (GoBuild(("./first", "./second"), ("first", "second")), GoBuild(("./server",), ("renamed",)))
    return Recipe("test programs v1", "v1", prepare, builds)


def wait_at_gate() -> None:
    gate = os.environ.get(GATE)
    if gate:
        with Path(f"{gate}.arrived").open("a", encoding="utf-8") as arrivals:
            arrivals.write(f"{os.getpid()}\n")
        wait_for(Path(gate).exists, "the gate opens")


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def builder(cache: Path, gate: Path, **environment: str) -> subprocess.Popen[str]:
    """Start another process that builds the same."""
    code = (
        "import sys; from pathlib import Path; from fork_tools.cluster.build import built; "
        "from fork_tools.progress import LogProgress; from tests.cluster.test_cluster_build import recipe; "
        "print(built(recipe(), Path(sys.argv[1]), LogProgress(sys.stderr)))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(cache)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {GATE: str(gate)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said_by(program: Path) -> str:
    return subprocess.run([str(program)], capture_output=True, text=True, check=True).stderr.strip()


def process_state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_built_runs_and_tells_where_it_is_from(tmp_path: Path) -> None:
    folder = built(recipe(), tmp_path, Progress())
    assert [said_by(folder / name) for name in ("first", "second", "renamed")] == ["first", "second", "server"]
    assert json.loads((folder / "manifest.json").read_text())["version"] == "v1"
    assert "go 1.21" in (folder / "go.mod").read_text()
    assert names(tmp_path) == {folder.name, f"{folder.name}.lock"}


def test_it_is_built_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = LogProgress(sys.stderr)
    first = built(recipe(), tmp_path, progress)
    assert capsys.readouterr().err.startswith("building test programs v1, once ...\n")
    assert built(recipe(), tmp_path, progress) == first
    assert capsys.readouterr().err == ""


def test_a_cache_that_lost_a_program_is_built_again(tmp_path: Path) -> None:
    folder = built(recipe(), tmp_path, Progress())
    (folder / "second").unlink()
    assert said_by(built(recipe(), tmp_path, Progress()) / "second") == "second"


def test_two_callers_build_once_and_the_second_says_that_it_waits(tmp_path: Path) -> None:
    cache, gate = tmp_path / "cache", tmp_path / "gate"
    with builder(cache, gate) as first:
        wait_for(Path(f"{gate}.arrived").exists, "the first builds")
        with builder(cache, gate) as second:
            assert second.stderr
            assert second.stderr.readline() == "waiting for another mxfork that builds test programs v1 ...\n"
            gate.touch()
            outputs = [first.communicate()[0], second.communicate()[0]]
    assert outputs[0] == outputs[1]
    assert Path(f"{gate}.arrived").read_text().splitlines() == [str(first.pid)]


def test_a_builder_that_is_killed_leaves_no_broken_cache(tmp_path: Path) -> None:
    cache, gate = tmp_path / "cache", tmp_path / "gate"
    with builder(cache, gate) as killed:
        wait_for(Path(f"{gate}.arrived").exists, "it builds")
        assert any(name.endswith(".building") for name in names(cache))
        killed.send_signal(signal.SIGKILL)
    assert not any((folder / "manifest.json").exists() for folder in cache.iterdir())
    folder = built(recipe(), cache, Progress())
    assert said_by(folder / "first") == "first"
    assert names(cache) == {folder.name, f"{folder.name}.lock"}


def test_a_builder_that_is_killed_while_go_compiles_takes_go_with_it(tmp_path: Path) -> None:
    cache, gate, arrived = tmp_path / "cache", tmp_path / "gate", tmp_path / "compiling"
    compiler = tmp_path / "compiler"
    compiler.write_text(
        f'#!/bin/sh\necho $PPID >>{arrived}\nwhile ! test -e {gate}.late; do sleep 0.01; done\nexec "$@"\n'
    )
    compiler.chmod(0o755)
    gate.touch()
    with builder(cache, gate, GOFLAGS=f"-toolexec={compiler}") as killed:
        wait_for(lambda: arrived.exists() and bool(arrived.read_text().strip()), "it compiles")
        go = int(arrived.read_text().split()[0])
        killed.send_signal(signal.SIGKILL)
    wait_for(lambda: process_state(go) in "ZX", "go died with the builder")
    Path(f"{gate}.late").touch()
    assert said_by(built(recipe(), cache, Progress()) / "first") == "first"


def test_a_program_that_does_not_compile_fails_with_gos_own_words(tmp_path: Path) -> None:
    with pytest.raises(GoError, match="`go build -mod=readonly` failed") as raised:
        built(recipe(source="package main\n\nfunc main() {{ missing() }}\n"), tmp_path, Progress())
    assert any("undefined: missing" in text for _, text in raised.value.facts)
    assert names(tmp_path) == {name for name in names(tmp_path) if name.endswith(".lock")}


def test_a_go_that_is_too_old_is_an_error_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOTOOLCHAIN", "local")
    with pytest.raises(MxforkError, match=r"is too old: 1\.999\.0 or later is needed") as raised:
        built(recipe(go_version="1.999.0"), tmp_path, Progress())
    assert "KUBEBUILDER_ASSETS" in raised.value.next_step


def test_a_users_go_settings_for_other_work_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOS", "windows")
    monkeypatch.setenv("GOWORK", str(tmp_path / "none" / "go.work"))
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    assert said_by(built(recipe(), tmp_path / "cache", Progress()) / "first") == "first"

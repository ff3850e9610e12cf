from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fork_tools.cluster import folder
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.processes import ProcessRecord
from fork_tools.cluster.state import ClusterState, Phase, write
from fork_tools.errors import ExitCode, MxforkError

GONE = ProcessRecord("etcd", 2**22, "another boot/1")
STATE = ClusterState(Phase.UP, "v1.37.2", "https://127.0.0.1:20000", "/opt/assets", processes=(GONE,))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.of(tmp_path / "my cluster")


def test_a_new_or_empty_folder_has_room(layout: Layout) -> None:
    folder.require_room(layout)
    layout.directory.mkdir()
    folder.require_room(layout)


def test_a_foreign_folder_is_refused_and_named(layout: Layout) -> None:
    layout.directory.mkdir()
    (layout.directory / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(MxforkError, match="holds something else than a cluster") as raised:
        folder.require_room(layout)
    assert ("found", "thesis.tex") in raised.value.facts
    assert raised.value.exit_code == ExitCode.WRONG_USE


def test_a_file_is_no_folder(layout: Layout) -> None:
    layout.directory.write_text("precious", encoding="utf-8")
    with pytest.raises(MxforkError, match="is not a folder"):
        folder.require_room(layout)


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.UP])
def test_a_stale_folder_says_how_to_clear_it(phase: Phase, layout: Layout) -> None:
    layout.directory.mkdir()
    write(layout.state, replace(STATE, phase=phase))
    with pytest.raises(MxforkError, match="whose processes are gone") as raised:
        folder.require_room(layout)
    assert f"mxfork cluster down --dir '{layout.directory}'" in raised.value.next_step


def test_logs_kept_from_a_cluster_taken_down_do_not_stand_in_the_way(layout: Layout) -> None:
    layout.directory.mkdir()
    write(layout.state, replace(STATE, phase=Phase.DOWN, processes=()))
    layout.logs.mkdir()
    folder.require_room(layout)
    with pytest.raises(MxforkError, match="there is no cluster") as raised:
        folder.require_cluster(layout)
    assert ("logs", str(layout.logs)) in raised.value.facts


def test_without_a_cluster_the_error_says_how_to_start_one(layout: Layout) -> None:
    with pytest.raises(MxforkError, match="there is no cluster") as raised:
        folder.require_cluster(layout)
    assert raised.value.next_step == f"mxfork cluster up --dir '{layout.directory}'"
    assert raised.value.exit_code == ExitCode.WRONG_USE


def test_clearing_removes_what_a_cluster_made_and_the_folder(layout: Layout) -> None:
    layout.directory.mkdir()
    write(layout.state, STATE)
    folder.make(layout)
    layout.log("etcd").write_text("line", encoding="utf-8")
    folder.clear(layout)
    assert not layout.directory.exists()


def test_clearing_spares_what_the_user_put_there(layout: Layout) -> None:
    layout.directory.mkdir()
    write(layout.state, STATE)
    folder.make(layout)
    (layout.directory / "notes.txt").write_text("precious", encoding="utf-8")
    folder.clear(layout)
    assert [path.name for path in layout.directory.iterdir()] == ["notes.txt"]


def test_clearing_may_keep_the_logs(layout: Layout) -> None:
    layout.directory.mkdir()
    write(layout.state, STATE)
    folder.make(layout)
    layout.log("etcd").write_text("line", encoding="utf-8")
    folder.clear(layout, keep_logs=True)
    assert layout.log("etcd").read_text(encoding="utf-8") == "line"
    assert not layout.pki.exists()


def test_a_new_cluster_starts_with_empty_folders_of_its_user_alone(layout: Layout) -> None:
    layout.directory.mkdir()
    layout.logs.mkdir()
    layout.log("etcd").write_text("of the last one", encoding="utf-8")
    folder.make(layout)
    assert list(layout.logs.iterdir()) == []
    assert {path.stat().st_mode & 0o777 for path in layout.directory.iterdir()} == {0o700}


def test_one_command_at_a_time_works_on_a_cluster(layout: Layout) -> None:
    layout.directory.mkdir()
    with (
        folder.sole_command(layout),
        pytest.raises(MxforkError, match="another mxfork command is at work"),
        folder.sole_command(layout),
    ):
        pass
    with folder.sole_command(layout):
        pass

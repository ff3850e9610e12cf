from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.cluster.processes import ProcessRecord
from fork_tools.cluster.state import ClusterState, Phase, read, write
from fork_tools.errors import MxforkError

STATE = ClusterState(
    phase=Phase.UP,
    version="v1.37.2",
    server="https://127.0.0.1:20000",
    assets="/opt/assets",
    nodes=2,
    images={"example/mxnet": "/opt/mxnet"},
    processes=(ProcessRecord("etcd", 17, "boot/1"), ProcessRecord("kube-apiserver", 18, "boot/2")),
)

records = st.builds(ProcessRecord, name=st.text(), pid=st.integers(1, 2**22), started=st.text())
states = st.builds(
    ClusterState,
    phase=st.sampled_from(Phase),
    version=st.text(),
    server=st.text(),
    assets=st.text(),
    nodes=st.integers(0),
    images=st.dictionaries(st.text(), st.text()),
    obstacle=st.text(),
    processes=st.lists(records).map(tuple),
)


@given(state=states)
def test_what_is_written_is_read(state: ClusterState, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    write(path, state)
    assert read(path) == state


def test_writing_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write(path, STATE)
    write(path, STATE.with_process(ProcessRecord("node", 19, "boot/3")))
    assert [record.name for record in (read(path) or STATE).processes] == ["etcd", "kube-apiserver", "node"]
    assert list(tmp_path.iterdir()) == [path]


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert read(tmp_path / "state.json") is None
    assert read(tmp_path / "none" / "state.json") is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param('{"format": 1, "phase"', id="cut off"),
        pytest.param("[]", id="another document"),
        pytest.param('{"version": 4, "terraform_version": "1.5.7"}', id="another tool's state.json"),
        pytest.param('{"format": 2}', id="a newer mxfork's"),
        pytest.param('{"format": 1, "phase": "up"}', id="parts missing"),
    ],
)
def test_a_file_that_is_not_ours_is_an_error_and_stays(content: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MxforkError, match="is not the state of a local cluster"):
        read(path)
    assert path.read_text(encoding="utf-8") == content


def test_bytes_that_are_no_text_are_not_ours_either(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MxforkError, match="is not the state of a local cluster"):
        read(path)


def test_an_unknown_phase_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write(path, STATE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"phase": "sideways"}), encoding="utf-8")
    with pytest.raises(MxforkError, match="is not the state of a local cluster"):
        read(path)

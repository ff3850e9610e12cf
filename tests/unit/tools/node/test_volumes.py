"""What volumes hold, and where a container sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fork_tools.cluster.node.files import make_volume, rewrite_in_place
from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.manifest import ConfigMap
from fork_tools.cluster.node.pod.references import References
from fork_tools.cluster.node.pod.volumes import VolumeContent, VolumeFile, binds, volume_contents
from fork_tools.cluster.node.sandbox.bundle import Bind
from fork_tools.cluster.node.sandbox.kernel import is_first_user_namespace
from fork_tools.cluster.node.sandbox.root import folders_with_mounts
from tests.unit.tools.node.manifests import SURROUNDINGS, container, pod

REFERENCES = References({"config": ConfigMap(data={"a": "1", "b": "2"})})
FOLDER = Path("/pod/volumes")


def content(**kind: Any) -> VolumeContent:
    one = pod(volumes=[{"name": "v", **kind}], metadata={"labels": {"app": "x"}})
    (found,) = volume_contents(one, FOLDER, REFERENCES, SURROUNDINGS)
    return found


def test_an_empty_volume() -> None:
    assert content(emptyDir={}) == VolumeContent("v", FOLDER / "v")


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ({"configMap": {"name": "config"}}, [("a", b"1", 0o644), ("b", b"2", 0o644)]),
        (
            {"configMap": {"name": "config", "defaultMode": 0o400, "items": [{"key": "b", "path": "x/y"}]}},
            [("x/y", b"2", 0o400)],
        ),
        ({"configMap": {"name": "none", "optional": True}}, []),
        (
            {"projected": {"sources": [{"configMap": {"name": "config", "items": [{"key": "a", "path": "p"}]}}]}},
            [("p", b"1", 0o644)],
        ),
        (
            {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            [("labels", b'app="x"', 0o644)],
        ),
    ],
)
def test_files_of_a_volume(kind: dict[str, Any], files: list[tuple[str, bytes, int]]) -> None:
    found = content(**kind)
    assert found.files == tuple(VolumeFile(*each) for each in files)
    assert found.read_only


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ({"configMap": {"name": "none"}}, 'configmap "none" not found'),
        ({"configMap": {"name": "config", "items": [{"key": "z", "path": "z"}]}}, '"config" has no key "z"'),
        ({"persistentVolumeClaim": {"claimName": "data"}}, 'volume "v" is of a kind this node does not have'),
    ],
)
def test_a_volume_that_cannot_be_had(kind: dict[str, Any], message: str) -> None:
    with pytest.raises(PodError, match=message):
        content(**kind)


def seen(*mounts: dict[str, Any], read_only: bool = False) -> tuple[Bind, ...]:
    (one,) = pod(container(volumeMounts=[{"name": "v", **each} for each in mounts])).spec.containers
    return binds(one, (VolumeContent("v", Path("/v"), read_only=read_only),), {"POD": "demo"})


def test_where_a_container_sees_a_volume() -> None:
    assert seen({"mountPath": "/a/b", "readOnly": True}, {"mountPath": "/a"}) == (
        Bind("/v", "/a"),
        Bind("/v", "/a/b", read_only=True),
    )
    assert seen({"mountPath": "/a", "subPath": "x/y"}) == (Bind("/v/x/y", "/a"),)
    assert seen({"mountPath": "/a", "subPathExpr": "$(POD)"}) == (Bind("/v/demo", "/a"),)
    assert seen({"mountPath": "/a"}, read_only=True) == (Bind("/v", "/a", read_only=True),)


@pytest.mark.parametrize("path", ["../x", "/etc", "a/../../b"])
def test_a_sub_path_does_not_lead_out(path: str) -> None:
    with pytest.raises(PodError, match="leads out of the volume"):
        seen({"mountPath": "/a", "subPath": path})


def test_a_volume_on_disk(tmp_path: Path) -> None:
    make_volume(VolumeContent("v", tmp_path / "v", (VolumeFile("x/y", b"1", 0o400),)))
    assert (tmp_path / "v/x/y").read_bytes() == b"1"
    assert (tmp_path / "v/x/y").stat().st_mode & 0o777 == 0o400


def test_a_host_path_has_to_be_there(tmp_path: Path) -> None:
    make_volume(VolumeContent("v", tmp_path / "new", host_path_type="DirectoryOrCreate"))
    make_volume(VolumeContent("v", tmp_path / "new", host_path_type=""))
    with pytest.raises(PodError, match="on this machine"):
        make_volume(VolumeContent("v", tmp_path / "none", host_path_type=""))


def test_a_file_keeps_its_identity_when_it_is_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    rewrite_in_place(path, "a long first text\n")
    first = path.stat().st_ino
    rewrite_in_place(path, "short\n")
    assert (path.read_text(), path.stat().st_ino) == ("short\n", first)


def test_folders_that_have_mounts_below_them() -> None:
    mountinfo = (
        "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
        "22 27 0:21 / /proc rw shared:1 - proc proc rw\n"
        "30 27 0:25 / /mnt/my\\040disk/x ro - tmpfs none ro\n"
    )
    assert folders_with_mounts(mountinfo) == {Path("/"), Path("/mnt"), Path("/mnt/my disk")}


def test_who_is_root_everywhere() -> None:
    assert is_first_user_namespace("         0          0 4294967295\n")
    assert not is_first_user_namespace("         0       1000          1\n")

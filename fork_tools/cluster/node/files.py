"""Putting a pod's files on disk: volumes and the hosts file."""

from __future__ import annotations

import os
from pathlib import Path

from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.manifest import Container
from fork_tools.cluster.node.pod.volumes import VolumeContent
from fork_tools.cluster.node.sandbox.bundle import Bind


def make_volume(content: VolumeContent) -> None:
    """Create a volume with its files; a host path is only looked at. Raises PodError, OSError."""
    if content.host_path_type is not None:
        _check_host_path(content)
        return
    content.folder.mkdir(parents=True, exist_ok=True)
    content.folder.chmod(0o777)
    for file in content.files:
        path = content.folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(file.content)
        path.chmod(file.mode)


def make_mount_sources(container: Container, binds: tuple[Bind, ...]) -> tuple[Bind, ...]:
    """Create what `subPath` names and is missing, and resolve symbolic links; returns the binds to use."""
    wants_folder = {mount.mount_path for mount in container.volume_mounts if mount.sub_path or mount.sub_path_expr}
    resolved = []
    for bind in binds:
        source = Path(bind.source)
        if bind.target in wants_folder and not source.exists():
            source.mkdir(parents=True)
            source.chmod(0o777)
        resolved.append(Bind(str(source.resolve()), bind.target, bind.read_only))
    return tuple(resolved)


def rewrite_in_place(path: Path, text: str) -> None:
    """Replace a file's content without replacing the file, which may be mounted, and without emptying it first."""
    content = text.encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


def _check_host_path(content: VolumeContent) -> None:
    path, kind = content.folder, content.host_path_type
    if kind == "DirectoryOrCreate":
        path.mkdir(parents=True, exist_ok=True)
    elif kind == "FileOrCreate":
        path.touch()
    if not path.exists():
        raise PodError("FailedMount", f'volume "{content.name}": there is no {path} on this machine')

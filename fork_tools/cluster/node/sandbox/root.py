"""A container's root: the host's files, copied on write, with the container's volumes mounted into them.

Every folder of the host is the lower layer of an overlay whose upper layer lives in memory, so whatever a container
writes outside its volumes is its own and gone with it, as in an image-based container.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fork_tools.cluster.node.sandbox.bundle import Bind
from fork_tools.cluster.node.sandbox.kernel import MountFlag, mount, pivot_root, unmount

_KERNEL_TREES = frozenset({Path("/proc"), Path("/sys"), Path("/dev")})
_OLD_ROOT = Path("/.host")
# The devices that every container has, and accelerators.
_DEVICES = frozenset({"full", "null", "random", "tty", "urandom", "zero"})
_ACCELERATORS = ("nvidia", "kfd")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "ptmx": "pts/ptmx",
    "stderr": "/proc/self/fd/2",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
}
_INHERITED = {
    os.ST_NOSUID: MountFlag.NO_SUID,
    os.ST_NODEV: MountFlag.NO_DEVICES,
    os.ST_NOEXEC: MountFlag.NO_EXEC,
    os.ST_NOATIME: MountFlag.NO_ATIME,
    os.ST_NODIRATIME: MountFlag.NO_DIRATIME,
    os.ST_RELATIME: MountFlag.RELATIVE_ATIME,
}


def folders_with_mounts(mountinfo: str) -> frozenset[Path]:
    """Read /proc/self/mountinfo: the folders that have file systems mounted somewhere below them."""
    paths = (
        re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[4]) for line in mountinfo.splitlines()
    )
    return frozenset(parent for path in paths for parent in Path(path).parents)


@dataclass(frozen=True, slots=True)
class RootPlan:
    """How to build roots on this host.

    `stage` is an empty folder to build on, hidden by what is mounted there; `split` are the folders with mounts below
    them, which an unprivileged overlay refuses; `privileged` says that this is root outside user namespaces, where
    overlays may use trusted attributes.
    """

    stage: Path
    split: frozenset[Path]
    privileged: bool


def enter_root(plan: RootPlan, binds: Iterable[Bind]) -> None:
    """Give this process, which is alone in a new mount namespace, its own root. Raises OSError."""
    mount("none", "/", flags=MountFlag.RECURSIVE | MountFlag.PRIVATE)
    mount("tmpfs", str(plan.stage), "tmpfs", options="mode=0755")
    root = plan.stage / "root"
    layers = plan.stage / "layers"
    layers.mkdir()
    mount_over = _Overlays(layers, privileged=plan.privileged)
    _show(Path("/"), root, plan.split | {Path("/")}, mount_over)
    # A mount point of its own is what pivot_root asks for.
    mount(str(root), str(root), flags=MountFlag.BIND | MountFlag.RECURSIVE)
    _mount_kernel_trees(root)
    (root / _OLD_ROOT.name).mkdir()
    pivot_root(str(root), str(root / _OLD_ROOT.name))
    os.chdir("/")
    for bind in binds:
        _bind(bind)
    unmount(str(_OLD_ROOT))
    _OLD_ROOT.rmdir()


class _Overlays:
    """Mounts folders of the host copied on write, each with layers of its own."""

    def __init__(self, layers: Path, *, privileged: bool) -> None:
        self._layers = layers
        self._privileged = privileged
        self._count = 0

    def mount(self, lower: Path, target: Path) -> None:
        self._count += 1
        upper, work = self._layers / f"{self._count}.upper", self._layers / f"{self._count}.work"
        upper.mkdir()
        work.mkdir()
        upper.chmod(lower.stat().st_mode & 0o7777)
        layout = f"lowerdir={_escaped(lower)},upperdir={_escaped(upper)},workdir={_escaped(work)}"
        mount("overlay", str(target), "overlay", options=layout if self._privileged else f"{layout},userxattr")


def _show(source: Path, target: Path, split: frozenset[Path], overlays: _Overlays) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif not source.is_dir():
        target.touch()
        mount(str(source), str(target), flags=MountFlag.BIND)
        _make_read_only(target)
    elif source in _KERNEL_TREES:
        target.mkdir()
    elif source in split:
        target.mkdir()
        target.chmod(source.stat().st_mode & 0o7777)
        _show_entries(source, target, split, overlays)
    else:
        target.mkdir()
        try:
            overlays.mount(source, target)
        except OSError:
            # Not every file system can be a lower layer; such a one is shown as it is, but not for writing.
            mount(str(source), str(target), flags=MountFlag.BIND | MountFlag.RECURSIVE)
            _make_read_only(target)


def _show_entries(source: Path, target: Path, split: frozenset[Path], overlays: _Overlays) -> None:
    try:
        entries = sorted(source.iterdir())
    except PermissionError:
        return
    for entry in entries:
        try:
            _show(entry, target / entry.name, split, overlays)
        except PermissionError:
            # What this user may not even look at, its containers will not miss.
            continue


def _mount_kernel_trees(root: Path) -> None:
    inert = MountFlag.NO_SUID | MountFlag.NO_EXEC
    mount("proc", str(root / "proc"), "proc", inert | MountFlag.NO_DEVICES)
    mount("/sys", str(root / "sys"), flags=MountFlag.BIND | MountFlag.RECURSIVE)
    devices = root / "dev"
    mount("tmpfs", str(devices), "tmpfs", inert, "mode=0755")
    for device in sorted(Path("/dev").iterdir()):
        if (device.name in _DEVICES or device.name.startswith(_ACCELERATORS)) and not device.is_dir():
            (devices / device.name).touch()
            mount(str(device), str(devices / device.name), flags=MountFlag.BIND)
    for name, target in _DEVICE_LINKS.items():
        (devices / name).symlink_to(target)
    for name, kind, options in (("shm", "tmpfs", "mode=1777"), ("pts", "devpts", "newinstance,ptmxmode=0666")):
        (devices / name).mkdir()
        mount(kind, str(devices / name), kind, inert, options)


def _bind(bind: Bind) -> None:
    # Only from within the new root do symbolic links on the way to the target lead into it, not to the host.
    source, target = _inside(_OLD_ROOT, Path(bind.source)), Path(bind.target)
    _make_mount_point(target, directory=source.is_dir())
    mount(str(source), bind.target, flags=MountFlag.BIND | MountFlag.RECURSIVE)
    if bind.read_only:
        _make_read_only(target)


def _make_read_only(target: Path) -> None:
    flags = MountFlag.BIND | MountFlag.REMOUNT | MountFlag.READ_ONLY
    present = os.statvfs(target).f_flag
    for status, flag in _INHERITED.items():
        flags |= flag if present & status else MountFlag.NONE
    mount("none", str(target), flags=flags)


def _inside(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _make_mount_point(path: Path, *, directory: bool) -> None:
    if path.exists():
        return
    if directory:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _escaped(path: Path) -> str:
    return re.sub(r"([\\:,])", r"\\\1", str(path))

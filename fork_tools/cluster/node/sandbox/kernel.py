"""The system calls that Python's `os` lacks, raising OSError like the ones it has."""

from __future__ import annotations

import ctypes
import os
import signal
from enum import IntFlag

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_MNT_DETACH = 2


class Namespace(IntFlag):
    """Kinds of namespaces (`CLONE_NEW*` of clone(2))."""

    MOUNT = 0x00020000
    HOSTNAME = 0x04000000
    IPC = 0x08000000
    USER = 0x10000000
    PID = 0x20000000
    NETWORK = 0x40000000


class MountFlag(IntFlag):
    """Flags of mount(2)."""

    NONE = 0
    READ_ONLY = 1
    NO_SUID = 2
    NO_DEVICES = 4
    NO_EXEC = 8
    REMOUNT = 32
    NO_ATIME = 1024
    NO_DIRATIME = 2048
    BIND = 4096
    RECURSIVE = 16384
    PRIVATE = 1 << 18
    RELATIVE_ATIME = 1 << 21


def is_first_user_namespace(uid_map: str) -> bool:
    """Tell from /proc/self/uid_map whether root in here is root everywhere: the first namespace maps all users."""
    return uid_map.split() == ["0", "0", "4294967295"]


def unshare(namespaces: Namespace) -> None:
    """Move this process into new `namespaces`; of PID it is the next child that enters."""
    _checked(_LIBC.unshare(ctypes.c_int(namespaces)), "unshare", namespaces.name)


def enter(namespace_fd: int, kind: Namespace) -> None:
    """Move this process into the namespace behind an open descriptor (setns)."""
    _checked(_LIBC.setns(ctypes.c_int(namespace_fd), ctypes.c_int(kind)), "setns", kind.name)


def mount(source: str, target: str, kind: str = "", flags: MountFlag = MountFlag.NONE, options: str = "") -> None:
    """Mount `source` on `target`; `kind` is the type of the file system, empty for bind and remount."""
    result = _LIBC.mount(
        os.fsencode(source),
        os.fsencode(target),
        os.fsencode(kind) or None,
        ctypes.c_ulong(flags),
        os.fsencode(options) or None,
    )
    _checked(result, f"mount {kind or 'bind'} {source} on", target)


def unmount(target: str) -> None:
    """Detach what is mounted on `target`, also when it is in use."""
    _checked(_LIBC.umount2(os.fsencode(target), ctypes.c_int(_MNT_DETACH)), "umount", target)


def pivot_root(new: str, old: str) -> None:
    """Make `new` (a mount point) the root, and put the former root on `old`, a folder below it."""
    _checked(_LIBC.pivot_root(os.fsencode(new), os.fsencode(old)), "pivot_root", new)


def set_hostname(name: str) -> None:
    """Name this process's UTS namespace."""
    encoded = os.fsencode(name)
    _checked(_LIBC.sethostname(encoded, ctypes.c_size_t(len(encoded))), "sethostname", name)


def die_with_parent() -> None:
    """Ask for SIGKILL when the parent ends. Forgotten by a change of credentials: call it after that."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    nothing = ctypes.c_ulong(0)
    _checked(_LIBC.prctl(ctypes.c_int(option), ctypes.c_ulong(value), nothing, nothing, nothing), "prctl", str(option))


def _checked(result: int, call: str, subject: str | None) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call} {subject}: {os.strerror(number)}")

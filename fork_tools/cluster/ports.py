"""Ports on loopback: find a free one, and name who holds one that is taken."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError

LOOPBACK = "127.0.0.1"

# Below the range from which Linux serves outgoing connections and port 0, so that none of them takes a port between
# our look and the server's start.
_CHOICE = range(20000, 32000)
_LISTENING = "0A"


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port`. Raises OSError when it may not be asked for (a privileged port)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raise MxforkError, naming who is there, unless a server could listen on `port`."""
    try:
        if is_free(port):
            return
    except (PermissionError, OverflowError) as error:
        raise MxforkError(
            f"port {port} may not be used: {error}",
            next_step="choose another --port, or leave it out to get a free one",
            exit_code=ExitCode.WRONG_USE,
        ) from error
    raise MxforkError(
        f"port {port} on {LOOPBACK} is taken",
        facts=(("by", holder(port) or "a process that this user may not see"),),
        next_step="choose another --port, or leave it out to get a free one",
    )


def free_port() -> int:
    """Choose a free port at random, so that clusters started at the same moment do not meet."""
    choice = random.SystemRandom()
    while not is_free(port := choice.choice(_CHOICE)):
        pass
    return port


def holder(port: int) -> str | None:
    """Name the process that listens on `port`, as `PID (command)`; None when it is another user's."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for process in Path("/proc").glob("[0-9]*"):
        if sockets and sockets & _open_files(process):
            return f"process {process.name} ({_command(process)})"
    return None


def _command(process: Path) -> str:
    with suppress(OSError):
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()[:80]
    return "just ended"


def _open_files(process: Path) -> set[str]:
    """Name what a process has open, as far as this user may see it and as it does not close it meanwhile."""
    found = set()
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                found.add(str(descriptor.readlink()))
    return found


def _listening(port: int) -> set[str]:
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text(encoding="ascii").splitlines()[1:] if table.exists() else ():
            _, local, _, state, *rest = line.split()
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                found.add(rest[5])
    return found

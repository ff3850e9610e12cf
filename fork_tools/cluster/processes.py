"""Start processes, recognise them later, and end exactly those: never a stranger who got a recycled process id."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
_START_TIME_FIELD = 19  # /proc/PID/stat, counted after the command name


_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """One process that we started; `started` (boot and clock ticks since) tells it from a later one with its `pid`."""

    name: str
    pid: int
    started: str


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let no signal to this thread come between starting a process and noting that it was started."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    folder: Path,
    dies_with_parent: signal.Signals | None = None,
    environment: Mapping[str, str] | None = None,
) -> ProcessRecord:
    """Start `command` in `folder`, in a session of its own so that no terminal ends it, its output appended to `log`.

    With `dies_with_parent` the kernel sends that signal to it when the calling thread ends, however it ends.
    """
    launcher = [
        *(sys.executable, "-I", "-S", str(LAUNCHER)),
        *(str(os.getpid()), str(int(dies_with_parent or 0)), str(folder), *command),
    ]
    output = (str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    pid = os.posix_spawn(
        sys.executable,
        launcher,
        dict(os.environ if environment is None else environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, *output),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=(),
    )
    return ProcessRecord(name, pid, _started(pid) or "")


def is_alive(record: ProcessRecord) -> bool:
    """Tell whether this very process still runs; one that ended and waits to be collected does not."""
    return _started(record.pid) == record.started and _state(record.pid) not in "ZX"


def end(record: ProcessRecord, *, grace: float) -> bool:
    """Ask the process to end, and after `grace` seconds make it; return whether it was alive at all."""
    alive = is_alive(record)
    descriptor = _open(record)
    if descriptor is not None:
        try:
            for ending in (signal.SIGTERM, signal.SIGKILL):
                signal.pidfd_send_signal(descriptor, ending)
                if _ended(descriptor, grace):
                    break
        except ProcessLookupError:
            pass
        finally:
            os.close(descriptor)
    _collect(record)
    return alive


def _open(record: ProcessRecord) -> int | None:
    """Hold on to the process; the check comes after, when its id can no longer pass to another."""
    try:
        descriptor = os.pidfd_open(record.pid)
    except (ProcessLookupError, OSError):
        return None
    if _started(record.pid) == record.started:
        return descriptor
    os.close(descriptor)
    return None


def _ended(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _collect(record: ProcessRecord) -> None:
    """Leave no zombie when the process was our own child."""
    if _started(record.pid) == record.started:
        try:
            os.waitpid(record.pid, os.WNOHANG)
        except ChildProcessError:
            return


def _started(pid: int) -> str | None:
    fields = _stat(pid)
    return f"{_boot()}/{fields[_START_TIME_FIELD]}" if fields else None


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else "X"


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The command name stands in parentheses and may hold anything, parentheses included.
    return text.rpartition(")")[2].split()


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()

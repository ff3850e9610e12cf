"""Controllers that are killed and started many times: real processes, forked from one that has imported everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.waiting import wait_until

_QUIET = ("--metrics-bind-address=0", "--health-probe-bind-address=0")


class ForkServer:
    """Makes controllers; may be used by several threads."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = threading.Lock()

    def start(self, flags: Sequence[str], log: Path) -> int:
        """Start a controller that listens nowhere and logs to the end of `log`; returns its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps({"flags": [*_QUIET, *flags], "log": str(log)}) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """Run a fork server; the controllers that are left end with it."""
    command = [sys.executable, "-m", "tests.faults.fork_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield ForkServer(process)
        process.kill()


class Victim:
    """One controller at a time, which may be killed and followed by another."""

    def __init__(self, server: ForkServer, flags: Sequence[str], log: Path) -> None:
        self._server = server
        self._flags = flags
        self._log = log
        self.pid = server.start(flags, log)

    @property
    def log(self) -> str:
        """Everything that all of them logged."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def lives(self) -> bool:
        """Whether the process is there."""
        return _lives(self.pid)

    def kill(self) -> None:
        """End it by SIGKILL, and return when it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: not self.lives)

    def replace(self) -> None:
        """Kill it, and start another."""
        self.kill()
        self.pid = self._server.start(self._flags, self._log)

    def end(self) -> None:
        """Kill it if it is still there."""
        if self.lives:
            self.kill()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

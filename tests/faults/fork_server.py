"""Starts controllers in a few milliseconds: everything is imported once, and each controller is a fork of that.

Reads a JSON line `{"flags": [...], "log": path}` for each and answers with its process id. Ends with its input.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import NoReturn

from controller.runtime.cli import main as run_controller
from fork_tools.cluster.launch import PR_SET_PDEATHSIG


def _become_controller(flags: list[str], log: str) -> NoReturn:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(target, sys.stderr.fileno())
    os.close(sys.stdin.fileno())
    code = 0
    try:
        run_controller(flags)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve standard input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects those that end
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_controller(request["flags"], request["log"])
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Become another program, in a given folder and, if wanted, tied to the life of the process that asked.

Run as a script and replaced by the program at once, so that its process id is the program's. A fork in the asking
process would do the same, but may deadlock where that process has threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Execute `PARENT SIGNAL FOLDER PROGRAM ARGUMENT...`; SIGNAL 0 lets the program outlive process PARENT."""
    parent, death_signal, folder, *command = arguments
    if int(death_signal):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # The parent may have died before the line above took effect.
        if os.getppid() != int(parent):
            sys.exit(1)
    os.chdir(folder)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.exit(f"cannot run {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])

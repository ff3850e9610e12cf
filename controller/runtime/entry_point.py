"""The command's first moment: SIGTERM while all else is still being imported ends it as one afterwards does."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run `mxjob-controller`; as process 1 of a container it would ignore a SIGTERM that comes too early."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    from controller.runtime.cli import main as run

    run()

"""The command line, run in this process."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import pytest

from fork_tools.cli import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of `mxfork` ended."""

    code: int
    out: str
    err: str


class Mxfork:
    """Runs `mxfork` with the same options behind each command."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *options: str) -> None:
        self._capsys = capsys
        self._options = options

    def __call__(self, *arguments: str) -> Ended:
        handlers = {ending: signal.getsignal(ending) for ending in (signal.SIGTERM, signal.SIGHUP)}
        self._capsys.readouterr()
        code: object = 0
        try:
            main([*arguments, *self._options])
        except SystemExit as ended:
            code = ended.code
        finally:
            for ending, handler in handlers.items():
                signal.signal(ending, handler)
        captured = self._capsys.readouterr()
        return Ended(code if isinstance(code, int) else int(code is not None), captured.out, captured.err)

"""Tell whoever waits what is being done and for how long: one moving line on a terminal, plain lines in a log."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_REFRESH = 0.5  # seconds
_CLEAR_LINE = "\r\033[K"

Detail = Callable[[str], None]


class Progress:
    """Shows nothing; what the Python API uses unless it is given another."""

    @contextmanager
    def task(self, text: str, *, logged: bool = False) -> Iterator[Detail]:
        """Show `text` while the block runs; the block may pass on details of what it is at.

        `logged` is for work of minutes: it leaves a trace in the log of a run without a terminal too.
        """
        del text, logged
        yield _ignore


class TerminalProgress(Progress):
    """One line that is rewritten in place, with the seconds that went by."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def task(self, text: str, *, logged: bool = False) -> Iterator[Detail]:
        """Show the line, move it twice a second, and wipe it out at the end (a logged task leaves its duration)."""
        details = [""]
        begin = time.monotonic()
        finished = threading.Event()

        def draw() -> None:
            # Signals are the caller's: it may have to hold them back for a moment.
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            while not finished.is_set():
                line = f"{text} · {_duration(begin)} {details[0]}"
                self._stream.write(_CLEAR_LINE + line[: shutil.get_terminal_size().columns - 1])
                self._stream.flush()
                finished.wait(_REFRESH)

        drawing = threading.Thread(target=draw, daemon=True)
        drawing.start()
        try:
            yield lambda detail: details.__setitem__(0, detail)
        finally:
            finished.set()
            drawing.join()
            self._stream.write(_CLEAR_LINE + (f"{text} · {_duration(begin)}\n" if logged else ""))
            self._stream.flush()


class LogProgress(Progress):
    """Plain lines for a log, for the tasks that take minutes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def task(self, text: str, *, logged: bool = False) -> Iterator[Detail]:
        """Write a line before a logged task and one after it."""
        begin = time.monotonic()
        if logged:
            print(f"{text} ...", file=self._stream, flush=True)
        yield _ignore
        if logged:
            print(f"{text}: done after {_duration(begin)}", file=self._stream, flush=True)


def progress_on(stream: TextIO) -> Progress:
    """Choose by what `stream` is: a terminal, or a log."""
    return TerminalProgress(stream) if stream.isatty() else LogProgress(stream)


def _ignore(_: str) -> None:
    return


def _duration(begin: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - begin), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"

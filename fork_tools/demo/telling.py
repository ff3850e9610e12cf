"""Print what happens, with the seconds since the beginning."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from fork_tools.demo.narration import Line, Tone
from fork_tools.progress import Detail, Progress, progress_on

_COLOURS = {Tone.GOOD: "green", Tone.BAD: "red"}


class Teller:
    """Prints lines on standard output; click leaves the colours away where there is no terminal."""

    def __init__(self) -> None:
        """Begin to count the seconds."""
        self._begin = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begin

    def __call__(self, line: Line) -> None:
        """Print one line."""
        clock, source = click.style(f"{self.elapsed:6.1f} s", dim=True), click.style(f"{line.source:<10}", bold=True)
        click.echo(f"{clock}  {source}  {click.style(line.text, fg=_COLOURS.get(line.tone))}")


class ToldProgress(Progress):
    """Tells each step of the cluster's start; work of minutes is left to the usual progress on standard error."""

    def __init__(self, tell: Teller) -> None:
        """Tell by `tell`."""
        self._tell, self._usual = tell, progress_on(sys.stderr)

    @contextmanager
    def task(self, text: str, *, logged: bool = False) -> Iterator[Detail]:
        """Tell of the step before it begins."""
        if not logged:
            self._tell(Line("cluster", text))
        with self._usual.task(text, logged=logged) as detail:
            yield detail

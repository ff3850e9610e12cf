from __future__ import annotations

import io
import os
import re

import pytest

from fork_tools.progress import LogProgress, Progress, TerminalProgress, progress_on


def test_a_log_gets_a_line_at_each_end_of_what_takes_minutes() -> None:
    stream = io.StringIO()
    with LogProgress(stream).task("building", logged=True) as detail:
        detail("the third of many")
        assert stream.getvalue() == "building ...\n"
    assert re.fullmatch(r"building \.\.\.\nbuilding: done after \d+ s\n", stream.getvalue())


def test_a_log_is_spared_what_takes_seconds() -> None:
    stream = io.StringIO()
    with LogProgress(stream).task("starting etcd"):
        pass
    assert stream.getvalue() == ""


def test_a_log_does_not_call_a_failure_done() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="broken"), LogProgress(stream).task("building", logged=True):
        raise ValueError("broken")
    assert stream.getvalue() == "building ...\n"


def test_a_terminal_shows_one_line_and_wipes_it_out() -> None:
    stream = io.StringIO()
    with TerminalProgress(stream).task("starting etcd"):
        pass
    assert "starting etcd · 0 s" in stream.getvalue()
    assert stream.getvalue().endswith("\r\033[K")
    assert "\n" not in stream.getvalue()


def test_a_terminal_keeps_the_duration_of_what_takes_minutes() -> None:
    stream = io.StringIO()
    with TerminalProgress(stream).task("building", logged=True):
        pass
    assert re.search(r"\r\033\[Kbuilding · \d+ s\n$", stream.getvalue())


def test_the_stream_decides() -> None:
    controlling, terminal = os.openpty()
    with os.fdopen(controlling, "rb"), os.fdopen(terminal, "w", encoding="utf-8") as stream:
        assert isinstance(progress_on(stream), TerminalProgress)
    assert isinstance(progress_on(io.StringIO()), LogProgress)


def test_silence_takes_details_too(capfd: pytest.CaptureFixture[str]) -> None:
    with Progress().task("building", logged=True) as detail:
        detail("the third of many")
    assert capfd.readouterr() == ("", "")

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fork_tools.cluster.processes import ProcessRecord, end, is_alive, start

GRACE = 30.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def sleeper(log: Path, tmp_path: Path) -> Iterator[ProcessRecord]:
    record = start("sleeper", python("import time; time.sleep(600)"), log=log, folder=tmp_path)
    yield record
    end(record, grace=GRACE)


def test_a_process_lives_until_it_is_ended(sleeper: ProcessRecord) -> None:
    assert is_alive(sleeper)
    assert end(sleeper, grace=GRACE)
    assert not is_alive(sleeper)


def test_ending_what_has_ended_harms_nobody(sleeper: ProcessRecord) -> None:
    end(sleeper, grace=GRACE)
    assert not end(sleeper, grace=GRACE)


def test_a_stranger_with_a_recycled_process_id_is_left_alone(sleeper: ProcessRecord) -> None:
    earlier = replace(sleeper, started="an earlier boot/1")
    assert not is_alive(earlier)
    assert not end(earlier, grace=GRACE)
    assert is_alive(sleeper)


def test_who_ignores_the_request_to_end_is_made_to(log: Path, tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); "
    record = start("stubborn", python(stubborn + "time.sleep(600)"), log=log, folder=tmp_path)
    wait_for(lambda: "deaf" in log.read_text(), "the process ignores SIGTERM")
    assert end(record, grace=0.1)
    assert not is_alive(record)


def test_who_ends_by_itself_is_not_alive_though_nobody_collected_it(log: Path, tmp_path: Path) -> None:
    record = start("short", python("print('out', flush=True); raise SystemExit('err')"), log=log, folder=tmp_path)
    wait_for(lambda: not is_alive(record), "the process ended")
    assert log.read_text().splitlines() == ["out", "err"]
    end(record, grace=GRACE)
    with pytest.raises(ChildProcessError):
        os.waitpid(record.pid, os.WNOHANG)


def test_a_program_that_is_not_there_says_so_in_the_log(log: Path, tmp_path: Path) -> None:
    record = start("nobody", [str(tmp_path / "no-such-program")], log=log, folder=tmp_path)
    wait_for(lambda: not is_alive(record), "the process ended")
    assert "no-such-program" in log.read_text()
    end(record, grace=GRACE)


def test_a_process_runs_in_its_folder_and_in_a_session_of_its_own(log: Path, tmp_path: Path) -> None:
    code = "import os; print(os.getcwd(), os.getsid(0) == os.getpid(), flush=True)"
    record = start("curious", python(code), log=log, folder=tmp_path)
    wait_for(lambda: log.read_text().endswith("\n"), "the process has spoken")
    assert log.read_text().split() == [str(tmp_path), "True"]
    end(record, grace=GRACE)


@pytest.mark.parametrize(
    ("death_signal", "outlives"),
    [pytest.param("signal.SIGKILL", False, id="tied"), pytest.param("None", True, id="free")],
)
def test_what_becomes_of_a_process_whose_parent_is_killed(
    death_signal: str, outlives: bool, log: Path, tmp_path: Path
) -> None:
    parent_code = f"""
import signal, sys, time
from pathlib import Path
from fork_tools.cluster.processes import start
child = [sys.executable, "-c", "print('here', flush=True); import time; time.sleep(600)"]
record = start("child", child, log=Path({str(log)!r}), folder=Path({str(tmp_path)!r}), dies_with_parent={death_signal})
print(record.pid, record.started, flush=True)
time.sleep(600)
"""
    with subprocess.Popen(python(parent_code), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid, started = parent.stdout.readline().split()
        record = ProcessRecord("child", int(pid), started)
        wait_for(lambda: "here" in log.read_text(), "the child runs")
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    if not outlives:
        wait_for(lambda: not is_alive(record), "the child died with its parent")
    assert is_alive(record) is outlives
    end(record, grace=GRACE)

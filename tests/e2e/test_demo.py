"""`mxfork demo` as somebody types it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import EXAMPLE, REPOSITORY

MXFORK = Path(sys.executable).with_name("mxfork")


def demo(folder: Path, environment: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [MXFORK, "demo", "--dir", folder, "--environment", environment, *options]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def started(folder: Path, environment: Path) -> subprocess.Popen[str]:
    command: list[str | Path] = [MXFORK, "demo", "--dir", folder, "--environment", environment]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def read_until(told: str, demonstration: subprocess.Popen[str]) -> None:
    assert demonstration.stdout is not None
    assert any(told in line for line in demonstration.stdout), f"it never said {told}"


def test_the_demonstration_shows_training_and_leaves_nothing_behind(tmp_path: Path, mxnet_environment: Path) -> None:
    folder = tmp_path / "demo"

    run = demo(folder, mxnet_environment)

    assert run.returncode == 0, run.stdout + run.stderr
    for told in (
        "created MXJob/mxnet-digits",
        "mxnet-digits-worker-1 Running",
        "Created: MXJob mxnet-digits is created.",
        "job mxnet-digits Succeeded after",
        "both workers hold the same weights (sha256 ",
        "taken down",
    ):
        assert told in run.stdout
    for worker in ("worker-0", "worker-1"):
        assert re.search(rf"{worker} +epoch 1 loss [0-9.]+ accuracy [0-9.]+", run.stdout)
    assert "\033[" not in run.stdout
    assert not folder.exists()


def test_a_training_that_breaks_ends_with_the_reason_and_keeps_the_logs(
    tmp_path: Path, mxnet_environment: Path
) -> None:
    example = shutil.copytree(EXAMPLE, tmp_path / "broken")
    (example / "train.py").write_text("raise ValueError('the data set is empty')\n", encoding="utf-8")
    folder = tmp_path / "demo"

    run = demo(folder, mxnet_environment, "--example", example)

    assert run.returncode == 4, run.stdout + run.stderr
    assert "error: the job is Failed: " in run.stderr
    assert "Failed (exit code 1)" in run.stderr
    assert "ValueError: the data set is empty" in run.stderr
    assert (folder / "logs" / "mxjob-controller.log").is_file()


def test_a_closed_terminal_leaves_nothing_behind(tmp_path: Path, mxnet_environment: Path) -> None:
    folder = tmp_path / "demo"

    with started(folder, mxnet_environment) as demonstration:
        read_until("mxjob-controller runs", demonstration)
        demonstration.send_signal(signal.SIGHUP)
        demonstration.communicate()

    assert demonstration.returncode == 130
    assert not folder.exists()


def test_a_reader_who_goes_away_leaves_no_keys_behind(tmp_path: Path, mxnet_environment: Path) -> None:
    folder = tmp_path / "demo"

    with started(folder, mxnet_environment) as demonstration:
        read_until("starting 1 node(s)", demonstration)

    assert not (folder / "kubeconfig").exists()
    assert not (folder / "pki").exists()


def test_an_example_that_is_not_there_starts_nothing(tmp_path: Path, mxnet_environment: Path) -> None:
    run = demo(tmp_path / "demo", mxnet_environment, "--example", tmp_path)

    assert run.returncode == 2
    assert f"there is no example in {tmp_path}" in run.stderr
    assert not (tmp_path / "demo").exists()

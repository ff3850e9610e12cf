"""`mxfork demo` as somebody types it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import REPOSITORY

MXFORK = Path(sys.executable).with_name("mxfork")


def test_the_demonstration_shows_training_and_leaves_nothing_behind(tmp_path: Path, mxnet_environment: Path) -> None:
    folder = tmp_path / "demo"
    run = subprocess.run(
        [MXFORK, "demo", "--dir", folder, "--environment", mxnet_environment],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

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


def test_an_example_that_is_not_there_starts_nothing(tmp_path: Path, mxnet_environment: Path) -> None:
    run = subprocess.run(
        [MXFORK, "demo", "--dir", tmp_path / "demo", "--environment", mxnet_environment, "--example", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 2
    assert f"there is no example in {tmp_path}" in run.stderr
    assert not (tmp_path / "demo").exists()

"""What the MXJob controller v1.8.1 made of each scenario, this one makes as well (spec §3, §4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.controller_process import ControllerProcess
from tests.cluster.kube import Namespace
from tests.cluster.replay import load, replay

GOLDEN = Path(__file__).parents[1] / "golden"
GANG = {"volcano-gang", "scheduler-plugins-gang"}
SCENARIOS = sorted(path for path in GOLDEN.glob("*.yaml") if path.with_suffix(".json").exists())


@pytest.mark.parametrize("path", [path for path in SCENARIOS if path.stem not in GANG], ids=lambda path: path.stem)
def test_recorded_scenario(path: Path, here: Namespace, controller: ControllerProcess) -> None:
    replay(load(path), here, controller)

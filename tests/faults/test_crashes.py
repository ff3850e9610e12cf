"""A controller that is killed at any of its writes leaves nothing that the next one does not bring to the same end."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from tests.cluster.kube import Kube
from tests.faults.controllers import ForkServer, fork_server
from tests.faults.crashes import CrashPoint, Theatre
from tests.faults.scenarios import SCENARIOS

EVERY_POINT = bool(os.environ.get("FAULTS_ALL"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
AT_ONCE = 4
SAMPLED_SCENARIOS = 6
SAMPLED_POINTS = 3


def scenarios() -> list[str]:
    names = list(SCENARIOS)
    return names if EVERY_POINT else random.Random(SEED).sample(names, SAMPLED_SCENARIOS)  # noqa: S311  no secret


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with fork_server() as made:
        yield made


@pytest.fixture
def theatre(cluster: Cluster, kube: Kube, server: ForkServer, tmp_path: Path) -> Theatre:
    return Theatre(cluster, kube, server, tmp_path)


def points(writes: int, name: str) -> list[CrashPoint]:
    every = [CrashPoint(number, done) for number in range(1, writes + 1) for done in (False, True)]
    return every if EVERY_POINT else random.Random(f"{SEED} {name}").sample(every, SAMPLED_POINTS)  # noqa: S311


@pytest.mark.parametrize("name", scenarios())
@pytest.mark.usefixtures("pod_groups")
def test_a_crash_at_a_write_changes_nothing_in_the_end(
    name: str, theatre: Theatre, record_property: Callable[[str, object], None]
) -> None:
    scenario = SCENARIOS[name]
    course = theatre.undisturbed(scenario)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        struck = list(pool.map(lambda point: theatre.crash(scenario, course, point), points(course.writes, name)))
    record_property("crash points", sum(struck))
    assert any(struck)

"""Plays a recorded scenario again: makes its job, plays its pods, and compares what this controller makes of it.

A recording (tests/golden) is what the MXJob controller v1.8.1 had made at each `snap`. A snapshot here is taken when it
agrees and the controller is idle, so that a difference shows as a timeout that names it.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.controller_process import ControllerProcess
from tests.cluster.kube import Namespace, Object
from tests.cluster.snapshots import differences, pod_groups, snapshot
from tests.cluster.waiting import wait_until

_QUIET_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """A job, the steps of its life, and what was recorded; `ignore` are patterns of deliberate differences."""

    job: Object
    steps: list[dict[str, Any]]
    recorded: Object
    ignore: list[str]


def load(path: Path) -> Scenario:
    """Read a scenario and its recording."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    recorded = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return Scenario(document["job"], document["steps"], recorded, document.get("ignore", []))


def replay(scenario: Scenario, here: Namespace, controller: ControllerProcess) -> None:
    """Play `scenario` in a namespace that `controller` follows; fails where the controller differs."""
    player = _Player(scenario, here, controller)
    here.create_job(scenario.job)
    for step in scenario.steps:
        ((action, argument),) = step.items()
        player.actions[action](argument)


class _Player:
    def __init__(self, scenario: Scenario, here: Namespace, controller: ControllerProcess) -> None:
        self._scenario = scenario
        self._here = here
        self._controller = controller
        self._name = scenario.job["metadata"]["name"]
        self.actions: dict[str, Callable[[Any], None]] = {
            "pods": self._pods,
            "play": self._play,
            "condition": self._condition,
            "patch": self._patch,
            "reap": self._reap,
            "podgroup": self._pod_group,
            "snap": self._snap,
            "sleep": self._settle,
            "settle": self._settle,
        }

    def _pods(self, count: int) -> None:
        wait_until(lambda: len(self._pods_there(terminating=False)) == count, otherwise=self._state)

    def _play(self, what: Object) -> None:
        self._here.play(what["sel"], what["phase"], exit_code=what.get("exit"), reason=what.get("reason", ""))

    def _condition(self, condition: str) -> None:
        wait_until(lambda: self._here.conditions(self._name).get(condition) == "True", otherwise=self._state)

    def _patch(self, patch: Object) -> None:
        self._here.patch_job(self._name, patch)

    def _reap(self, _seconds: float) -> None:
        """Do what a kubelet does for pods that are to end, once the controller has told all that are."""
        self._settle(_seconds)
        for name in self._pods_there(terminating=True):
            self._here.delete_pod(name)
        self._settle(_seconds)

    def _pod_group(self, phase: str) -> None:
        for group in pod_groups(self._here.kube, self._here.name):
            path = (
                f"/apis/{group['apiVersion']}/namespaces/{self._here.name}/podgroups/{group['metadata']['name']}/status"
            )
            self._here.kube.patch(path, {"status": {"phase": phase}})

    def _snap(self, label: str) -> None:
        wait_until(
            lambda: not self._differences(label) and self._controller.idle() and not self._differences(label),
            otherwise=lambda: "\n".join([f"at {label}:", *self._differences(label), self._controller.log]),
        )

    def _settle(self, _seconds: float) -> None:
        """Wait until nothing changes any more, however long that took in the recording."""
        seen: list[Object] = []

        def quiet() -> bool:
            now = snapshot(self._here, self._scenario.job)
            if seen and seen[-1] != now:
                seen.clear()
            seen.append(now)
            return len(seen) >= _QUIET_LOOKS and self._controller.idle()

        wait_until(quiet, otherwise=self._state)

    def _differences(self, label: str) -> list[str]:
        actual = snapshot(self._here, self._scenario.job)
        found = differences(self._scenario.recorded[label], actual, label)
        return [text for text in found if not any(fnmatch.fnmatch(text, pattern) for pattern in self._scenario.ignore)]

    def _pods_there(self, *, terminating: bool) -> list[str]:
        pods = self._here.pods().items()
        return [name for name, pod in pods if ("deletionTimestamp" in pod["metadata"]) is terminating]

    def _state(self) -> str:
        return f"with {self._here.conditions(self._name)} and {sorted(self._here.pods())}\n{self._controller.log}"

"""Plays a scenario: makes its job, plays its pods, and looks at what the controller makes of it at each `snap`.

A difference may be a controller that is not there yet, so each look is repeated until it agrees or the time is over.
"""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fork_tools.api_server import Object
from fork_tools.compat.conformance import rules
from fork_tools.compat.conformance.scenario import Scenario
from fork_tools.compat.conformance.snapshot import differences, snapshot
from fork_tools.compat.conformance.stage import Stage
from fork_tools.report.finding import Finding

_POLL = 0.05  # seconds
_QUIET_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a step may take (seconds), and how to tell that the controller has nothing left to do, if it tells."""

    timeout: float = 30
    idle: Callable[[], bool] = lambda: True


class NotReachedError(Exception):
    """A step that the scenario waits for did not come."""


class Player:
    """Plays one scenario on a stage; `snapshots` are what was seen, by label."""

    def __init__(self, scenario: Scenario, stage: Stage, pace: Pace) -> None:
        self._scenario = scenario
        self._stage = stage
        self._pace = pace
        self.snapshots: dict[str, Object] = {}
        self._steps: dict[str, Callable[[Any], None]] = {
            "pods": self._pods,
            "play": self._play,
            "condition": self._condition,
            "patch": lambda patch: self._stage.patch_job(self._scenario.job_name, patch),
            "reap": self._reap,
            "podgroup": self._stage.set_pod_groups,
            "sleep": self._settle,
            "settle": self._settle,
        }

    def replay(self) -> tuple[Finding, ...]:
        """Play and compare with the recording at each snap."""
        return tuple(self._findings())

    def record(self) -> dict[str, Object]:
        """Play, and keep what is seen at each snap once nothing moves any more.

        Raises NotReachedError.
        """
        self._stage.create_job(self._scenario.job)
        for action, argument in self._scenario.steps:
            if action == "snap":
                self._settle(None)
                self.snapshots[argument] = self._look()
            else:
                self._steps[action](argument)
        return self.snapshots

    def _findings(self) -> Iterator[Finding]:
        self._stage.create_job(self._scenario.job)
        for number, (action, argument) in enumerate(self._scenario.steps, start=1):
            if action == "snap":
                yield from self._compared(argument)
                continue
            try:
                self._steps[action](argument)
            except NotReachedError as error:
                subject = f"{self._scenario.name} step {number} ({action}: {argument})"
                yield rules.NOT_REACHED.finding(subject, str(error))
                return

    def _compared(self, label: str) -> Iterator[Finding]:
        self._holds(lambda: not self._differences(label) and self._pace.idle() and not self._differences(label))
        for text in self._differences(label):
            place, _, what = text.partition(": ")
            yield rules.DIFFERS.finding(f"{self._scenario.name} {place}", what)

    def _differences(self, label: str) -> list[str]:
        self.snapshots[label] = self._look()
        found = differences(self._scenario.recorded.get(label, {}), self.snapshots[label], label)
        return [text for text in found if not any(fnmatch.fnmatch(text, pattern) for pattern in self._scenario.ignore)]

    def _look(self) -> Object:
        return snapshot(self._stage, self._scenario.job)

    def _pods(self, count: int) -> None:
        self._reach(
            lambda: len(self._living()) == count, lambda: f"{len(self._living())} pods are there: {self._state()}"
        )

    def _play(self, what: Object) -> None:
        if not self._stage.play(what["sel"], what["phase"], what.get("exit"), what.get("reason", "")):
            raise NotReachedError(f"no pod matches {what['sel']}: {self._state()}")

    def _condition(self, condition: str) -> None:
        self._reach(lambda: self._stage.conditions(self._scenario.job_name).get(condition) == "True", self._state)

    def _reap(self, _seconds: float) -> None:
        self._become_quiet(meanwhile=self._stage.reap)

    def _settle(self, _seconds: float | None) -> None:
        self._become_quiet(meanwhile=lambda: None)

    def _become_quiet(self, meanwhile: Callable[[], None]) -> None:
        """Wait until nothing changes any more, however long that took in the recording."""
        seen: list[Object] = []

        def quiet() -> bool:
            meanwhile()
            now = self._look()
            if seen and seen[-1] != now:
                seen.clear()
            seen.append(now)
            return len(seen) >= _QUIET_LOOKS and self._pace.idle()

        self._reach(quiet, lambda: f"it goes on changing: {self._state()}")

    def _living(self) -> list[str]:
        return [name for name, pod in self._stage.pods().items() if "deletionTimestamp" not in pod["metadata"]]

    def _state(self) -> str:
        conditions = self._stage.conditions(self._scenario.job_name)
        return f"conditions {conditions or 'none'}, pods {sorted(self._stage.pods()) or 'none'}"

    def _reach(self, condition: Callable[[], bool], otherwise: Callable[[], str]) -> None:
        if not self._holds(condition):
            raise NotReachedError(f"not within {self._pace.timeout:g} s: {otherwise()}")

    def _holds(self, condition: Callable[[], bool]) -> bool:
        return holds(condition, self._pace.timeout)


def holds(condition: Callable[[], bool], timeout: float) -> bool:
    """Whether the condition comes true within so many seconds."""
    limit = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(_POLL)
    return True

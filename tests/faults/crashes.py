"""Kills the controller before or after one of its writes, and lets another go on."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fork_tools.api_server import connect
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.compat.conformance.stage import Stage as View
from tests.cluster.gateway import Cut, Gateway, Verdict, changes, gateway
from tests.cluster.kube import CORE, Kube, Object
from tests.faults.controllers import ForkServer, Victim
from tests.faults.scenarios import Scenario
from tests.faults.stage import Stage, made

_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Course:
    """How an undisturbed run went."""

    writes: int
    outcome: Object
    made: Counter[str]


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """At which of its writes, counted from 1, the controller is killed: when it is done, or before it is passed on."""

    write: int
    done: bool

    def __str__(self) -> str:
        return f"{'after' if self.done else 'before'} write {self.write}"


class Bomb:
    """A rule for the gateway that goes off once."""

    def __init__(self, point: CrashPoint) -> None:
        self._point = point
        self._lock = threading.Lock()
        self._count = 0
        self.victim: Victim | None = None
        self.struck = ""

    def __call__(self, method: str, path: str) -> Verdict:
        """Count, and strike at the point."""
        if not changes(method, path):
            return None
        with self._lock:
            self._count += 1
            if self._count != self._point.write:
                return None
        self.struck = f"{method} {path}"
        assert self.victim is not None
        return Cut(answered=self._point.done, then=self.victim.replace)


class Theatre:
    """Plays scenarios, each in a namespace of its own with a controller of its own behind a gateway."""

    def __init__(self, cluster: Cluster, kube: Kube, server: ForkServer, folder: Path) -> None:
        self._cluster = cluster
        self._kube = kube
        self._server = server
        self._folder = folder
        self._loading = threading.Lock()

    def undisturbed(self, scenario: Scenario) -> Course:
        """Play a scenario without a crash."""
        with self._stage(scenario) as (stage, gate, _victim):
            scenario.play(stage)
            outcome = stage.settled(looks=12)
            return Course(len(gate.writes), outcome, made(gate.writes))

    def crash(self, scenario: Scenario, course: Course, point: CrashPoint) -> bool:
        """Play a scenario with a crash and compare what it comes to; False when there were fewer writes this time."""
        bomb = Bomb(point)
        with self._stage(scenario, bomb) as (stage, gate, victim):
            scenario.play(stage)
            stage.comes_to(course.outcome)
            # What was under way at the moment of the crash was perhaps made, and not counted.
            more = made(gate.writes) - course.made
            assert not more, f"crash {point} ({bomb.struck}): {more} more than undisturbed\n{victim.log}"
            assert victim.lives
            return bool(bomb.struck)

    @contextmanager
    def _stage(self, scenario: Scenario, bomb: Bomb | None = None) -> Iterator[tuple[Stage, Gateway, Victim]]:
        name = f"crash-{next(_serial)}"
        self._kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": name}})
        with gateway(self._cluster.kubeconfig) as gate:
            # The loader of kubeconfigs removes its scratch files, those of other threads as well.
            with self._loading:
                gate.open()
            flags = [f"--kubeconfig={gate.write_kubeconfig(self._folder / name)}", f"--namespace={name}"]
            if scenario.gang:
                flags.append(f"--gang-scheduler-name={scenario.gang}")
            victim = Victim(self._server, flags, self._folder / f"{name}.log")
            if bomb is not None:
                bomb.victim = victim
                gate.rule = bomb
            try:
                api = connect(self._cluster.kubeconfig)
                stage = Stage(self._kube.in_namespace(name), View(api, name), lambda: victim.log)
                yield stage, gate, victim
                api.close()
            finally:
                victim.end()
        self._kube.request("DELETE", f"{CORE}/namespaces/{name}")

"""A scenario: a job, the steps of its life, and what the real operator v1.8.1 had made of it at each `snap`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from fork_tools.api_server import Object
from fork_tools.errors import ExitCode, MxforkError

RECORDINGS: Final = Path(__file__).parent / "recordings"
POD_GROUP_CRDS: Final = Path(__file__).parent / "podgroup-crds.yaml"
CORE: Final = "core"
EXTENDED: Final = "extended"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`ignore` are patterns of deliberate differences; `requires` names a CRD that its feature works with."""

    name: str
    profile: str
    feature: str
    requires: str
    job: Object
    steps: tuple[tuple[str, Any], ...]
    recorded: Mapping[str, Object]
    ignore: tuple[str, ...]

    @property
    def job_name(self) -> str:
        """The name of the job that the scenario makes."""
        return str(self.job["metadata"]["name"])


def load(path: Path) -> Scenario:
    """Read a scenario, and its recording beside it if there is one.

    Raises MxforkError (wrong use) when the file holds no scenario.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        recording = path.with_suffix(".json")
        recorded = json.loads(recording.read_text(encoding="utf-8")) if recording.exists() else {}
        return Scenario(
            document["name"],
            document.get("profile", CORE),
            document.get("feature", ""),
            document.get("requires", ""),
            document["job"],
            tuple(next(iter(step.items())) for step in document["steps"]),
            recorded,
            tuple(document.get("ignore", ())),
        )
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise MxforkError(
            f"{path} holds no scenario",
            facts=(("because", " ".join(str(error).split()) or type(error).__name__),),
            next_step=f"compare it with one in {RECORDINGS}",
            exit_code=ExitCode.WRONG_USE,
        ) from error


def shipped() -> tuple[Scenario, ...]:
    """Read the scenarios that come with this kit, by name."""
    return tuple(load(path) for path in sorted(RECORDINGS.glob("*.yaml")))

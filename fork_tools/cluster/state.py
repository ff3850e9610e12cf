"""What `up` notes for `status` and `down`: the cluster's address and each process it started."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from fork_tools.cluster.processes import ProcessRecord
from fork_tools.errors import MxforkError

FORMAT = 1


class Phase(StrEnum):
    """How far the cluster got."""

    STARTING = "starting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ClusterState:
    """One cluster as it was last written down; `obstacle` says why its pods have no namespaces, if they have none."""

    phase: Phase
    version: str
    server: str
    assets: str
    nodes: int = 0
    images: dict[str, str] = field(default_factory=dict)
    obstacle: str = ""
    processes: tuple[ProcessRecord, ...] = ()

    def with_process(self, record: ProcessRecord) -> ClusterState:
        """Add a process that was just started."""
        return replace(self, processes=(*self.processes, record))


def write(path: Path, state: ClusterState) -> None:
    """Write `state` so that a reader, or a crash, sees either the old or the new one whole."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(json.dumps({"format": FORMAT, **asdict(state)}, indent=2) + "\n", encoding="utf-8")
    scratch.replace(path)


def read(path: Path) -> ClusterState | None:
    """Read the state, None where there is none.

    Raises MxforkError for a file that is not one of ours or that a newer mxfork wrote.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return _parse(json.loads(content))
    except (ValueError, TypeError, KeyError) as error:
        raise MxforkError(
            f"{path} is not the state of a local cluster",
            facts=(("because", f"{type(error).__name__}: {error}"), ("so", "nothing was touched")),
            next_step="choose another --dir, or look into the folder and remove it by hand",
        ) from error


def _parse(raw: dict[str, Any]) -> ClusterState:
    if raw["format"] != FORMAT:
        message = f"format {raw['format']}, this mxfork knows {FORMAT}"
        raise ValueError(message)
    return ClusterState(
        phase=Phase(raw["phase"]),
        version=raw["version"],
        server=raw["server"],
        assets=raw["assets"],
        nodes=raw["nodes"],
        images=dict(raw["images"]),
        obstacle=raw.get("obstacle", ""),
        processes=tuple(ProcessRecord(**record) for record in raw["processes"]),
    )

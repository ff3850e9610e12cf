"""Ending processes that lost their parent, where no process namespace does it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def kill_children(spare: frozenset[int] = frozenset()) -> bool:
    """Send SIGKILL to every child of this process but those to `spare`; tells whether there was one."""
    victims = [process for process in _children() if process not in spare]
    for process in victims:
        os.kill(process, signal.SIGKILL)
    return bool(victims)


def end_descendants() -> None:
    """Kill every child of this process, and whatever it inherits from them, until there is none."""
    while kill_children():
        os.waitpid(-1, 0)


def _children() -> list[int]:
    own = os.getpid()
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _parent(folder) == own]


def _parent(folder: Path) -> int | None:
    try:
        stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, parent = stat.rpartition(")")[2].split()[:2]
    return int(parent) if state != "Z" else None

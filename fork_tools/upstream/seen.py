"""Tags as they were when they were last looked at: a tag that moved since is an alarm."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.atomic_file import write_text
from fork_tools.errors import MxforkError
from fork_tools.upstream.lanes import Tag

_FILE = "seen-tags.json"
LOCK = "fork.lock"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A tag that no longer names the object it named; `now` is None when it is gone. `witness` says who remembers."""

    tag: str
    was: str
    now: str | None
    witness: str


def alarms(seen: Mapping[str, str], tags: Iterable[Tag], witness: str, *, complete: bool = True) -> tuple[Alarm, ...]:
    """Compare what was seen (tag to object id) with what is there.

    A tag that is gone counts only where `tags` are `complete`: a clone of the user's may simply be older.
    """
    now = {tag.name: tag.object_id for tag in tags}
    return tuple(
        Alarm(name, was, now.get(name), witness)
        for name, was in sorted(seen.items())
        if now.get(name, was if not complete else None) != was
    )


def read_seen(folder: Path) -> dict[str, str]:
    """Read what the cache remembers; nothing is remembered before the first look."""
    try:
        return dict(json.loads((folder / _FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MxforkError(
            f"{folder / _FILE} cannot be read: {error}",
            next_step="remove it; the next `mxfork upstream check` makes it again from the tags as they are then",
        ) from error


def remember(folder: Path, tags: Iterable[Tag], accepted: Iterable[str] = ()) -> bool:
    """Add tags that are new to what the cache remembers; those that moved stay as they were unless `accepted`.

    Returns False when a cache that cannot be written has to be left as it is.
    """
    now = {tag.name: tag.object_id for tag in tags}
    known = read_seen(folder)
    settled = {name: was for name, was in known.items() if name not in set(accepted)}
    fresh = now | settled
    if fresh == known:
        return True
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / _FILE, json.dumps(dict(sorted(fresh.items())), indent=1) + "\n")
    except (OSError, MxforkError):
        return False
    return True


def read_locked(patches: Path) -> dict[str, str]:
    """Read the tag objects that patches/fork.lock names; empty without a lock. Raises MxforkError when it is broken."""
    path = patches / LOCK
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise MxforkError(f"{path} cannot be read: {error}", next_step="restore it from the last commit") from error
    carried = document.get("release", {}).items()
    return {name: release["tag-object"] for name, release in carried if release.get("tag-object")}

"""What is to be run in one container: written by the agent, read by the sandbox."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Bind(msgspec.Struct, frozen=True):
    """A file or folder of the host shown at `target` in the container; `source` has no symbolic links."""

    source: str
    target: str
    read_only: bool = False


class Bundle(msgspec.Struct, frozen=True):
    """A container's process and its surroundings. `user` and `group` of None: as the sandbox's own."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    working_directory: str
    hostname: str
    binds: tuple[Bind, ...] = ()
    user: int | None = None
    group: int | None = None

    def write(self, path: Path) -> None:
        """Store it for the sandbox, readable by its owner alone: the environment may hold secrets."""
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(self))


def read_bundle(path: str) -> Bundle:
    """Load what `Bundle.write` stored."""
    return msgspec.json.decode(Path(path).read_bytes(), type=Bundle)

"""What OLD and NEW may be on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError

_NEXT = "name a file, a folder, git:REF or git:REF:PATH, upstream:TAG or upstream:TAG:PATH"


class Where(Enum):
    """Where the files are."""

    DISK = "disk"
    GIT = "git"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Reference:
    """A place: `revision` is empty for files on disk; `path` is relative to the tree of the revision."""

    text: str
    where: Where
    revision: str
    path: Path

    def version_text(self) -> str:
        """Give the upstream release that is named, `` when it is not one."""
        return self.revision.removeprefix("v") if self.where is Where.UPSTREAM else ""


def parse_reference(text: str) -> Reference:
    """Read a reference as people type it. Raises MxforkError (wrong use)."""
    scheme, _, rest = text.partition(":")
    if scheme in (Where.GIT.value, Where.UPSTREAM.value):
        revision, _, path = rest.partition(":")
        if not revision or revision.startswith("-"):
            raise MxforkError(f"{text} names no revision", next_step=_NEXT, exit_code=ExitCode.WRONG_USE)
        return Reference(text, Where(scheme), revision, Path(path))
    path_on_disk = Path(text)
    if not path_on_disk.exists():
        raise MxforkError(f"{text} does not exist", next_step=_NEXT, exit_code=ExitCode.WRONG_USE)
    return Reference(text, Where.DISK, "", path_on_disk)

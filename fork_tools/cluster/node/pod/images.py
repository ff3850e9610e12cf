"""Which local environment stands for an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.cluster.node.pod.errors import PodError

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder with `bin`, such as a virtual environment."""

    path: Path

    @property
    def identity(self) -> str:
        """Return what a container status shows as `imageID`."""
        return f"environment://{self.path}"

    def variables(self, home: str) -> dict[str, str]:
        """Compute the variables that the image sets: its programs come first in PATH."""
        return {
            "PATH": f"{self.path}/bin:{_SYSTEM_PATH}",
            "VIRTUAL_ENV": str(self.path),
            "HOME": home,
            "LANG": "C.UTF-8",
        }


@dataclass(frozen=True, slots=True)
class Images:
    """A table from image references to environments."""

    environments: Mapping[str, Path]

    def find(self, reference: str) -> Environment:
        """Look an image up, first as it is written, then without its tag and digest. Raises PodError."""
        for name in (reference, repository(reference)):
            if name in self.environments:
                return Environment(self.environments[name])
        advice = f"start the nodes with --image {repository(reference)}=PATH (a folder with bin/, such as a venv)"
        raise PodError("ErrImagePull", f'image "{reference}" is not mapped to a local environment; {advice}')


def repository(reference: str) -> str:
    """Strip tag and digest from an image reference; a port of the registry is no tag."""
    name = reference.partition("@")[0]
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name

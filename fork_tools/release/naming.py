"""One release of the fork under the names that git, Python, image registries and Kubernetes allow."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from packaging.version import Version as PythonVersion

from fork_tools.queue.locking import FORK, fork_tag
from fork_tools.upstream.versions import Version


@dataclass(frozen=True, slots=True)
class Names:
    """`semver` carries the fork's number as build metadata, which SemVer does not rank: sort by it and then by number.

    `pep440` is a local version, which public indexes refuse. `image` and `label` are never to be parsed as SemVer:
    it would rank them below upstream's release.
    """

    git: str
    semver: str
    pep440: str
    image: str
    label: str

    def document(self) -> dict[str, str]:
        """Give the names as JSON values."""
        return asdict(self)


def names_for(tag: str, version: Version, number: int) -> Names:
    """Name the fork's release `number` (from 1) of upstream's `tag`."""
    git = fork_tag(tag, number)
    return Names(
        git=git,
        semver=f"{version}+{FORK}.{number}",
        pep440=str(PythonVersion(f"{version}+{FORK}.{number}")),
        image=git.replace("+", "-"),
        label=f"{version}_{FORK}.{number}",
    )

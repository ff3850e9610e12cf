"""What OLD and NEW may be, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fork_tools.compat.crd.sources.cluster import ClusterApi
from fork_tools.compat.crd.sources.documents import Loaded
from fork_tools.compat.crd.sources.files import from_path
from fork_tools.compat.crd.sources.repositories import enclosing_repository, from_repository
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.repository import Repository

MXJOBS = "mxjobs.kubeflow.org"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sources; `open_upstream` and `open_clone` give the repositories of `upstream:` and `git:`."""

    open_upstream: Callable[[], Repository]
    open_clone: Callable[[Path], Repository]
    kubeconfig: Path | None = None

    def both(self, old: str, new: str, name: str | None) -> tuple[tuple[Loaded, ...], tuple[Loaded, ...]]:
        """Read OLD and NEW; of a cluster only the CRDs that the other side has. Raises MxforkError."""
        if is_cluster(old):
            after = self.load(new, (name or MXJOBS,))
            return self.load(old, _names(after, name)), after
        before = self.load(old, (name or MXJOBS,))
        return before, self.load(new, _names(before, name))

    def load(self, source: str, names: Sequence[str] = (MXJOBS,)) -> tuple[Loaded, ...]:
        """Read the CRDs of one source; `names` are those to ask a cluster for. Raises MxforkError."""
        kind, _, rest = source.partition(":")
        match kind:
            case "upstream" if rest:
                ref, _, path = rest.partition(":")
                return from_repository(self.open_upstream(), ref, path, source)
            case "git":
                ref, _, path = rest.partition(":")
                if not ref:
                    raise _misspelt(source, "git:REF:PATH")
                return from_repository(self.open_clone(enclosing_repository(Path.cwd())), ref, path, source)
            case "cluster" if is_cluster(source):
                api = ClusterApi(self.kubeconfig, rest or None)
                return tuple(api.definition(name) for name in names)
            case "upstream":
                raise _misspelt(source, "upstream:v1.8.1")
        return from_path(Path(source))


def is_cluster(source: str) -> bool:
    """Whether the source is a cluster."""
    return source.startswith("cluster:")


def _names(others: Sequence[Loaded], name: str | None) -> tuple[str, ...]:
    return (name,) if name else tuple(other.definition.name for other in others)


def _misspelt(source: str, example: str) -> MxforkError:
    return MxforkError(
        f"{source} names no source",
        next_step=f"write it as {example}",
        exit_code=ExitCode.WRONG_USE,
    )

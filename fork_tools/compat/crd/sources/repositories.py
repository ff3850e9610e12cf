"""CRDs in a git repository at some commit: ours, or upstream's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fork_tools.compat.crd.sources.documents import Loaded, read
from fork_tools.compat.crd.sources.files import SUFFIXES, USUAL_FOLDERS
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.repository import Repository

_KUBERNETES_MODULE: Final = re.compile(r"^\s*k8s\.io/api v0\.(\d+\.\d+)", re.MULTILINE)


def from_repository(repository: Repository, ref: str, path: str, label: str) -> tuple[Loaded, ...]:
    """Read the CRDs at `path` (a file or a folder; empty: the usual folders) of the commit that `ref` names.

    `label` is what the source was called. Raises MxforkError when there is none.
    """
    commit = repository.resolve(ref)
    under = (path.rstrip("/"),) if path and path != "." else USUAL_FOLDERS
    files = sorted(name for name in repository.entries(commit, *under) if name.endswith(SUFFIXES))
    kubernetes = _kubernetes(repository, commit)
    found = tuple(_definitions(repository, commit, files, label, kubernetes))
    if not found:
        raise MxforkError(
            f"{label} holds no CustomResourceDefinition",
            facts=(("looked in", ", ".join(under)), ("commit", commit)),
            next_step="name the file or folder as the last part: git:REF:PATH or upstream:TAG:PATH",
            exit_code=ExitCode.WRONG_USE,
        )
    return found


def _definitions(
    repository: Repository, commit: str, files: list[str], label: str, kubernetes: str
) -> Iterator[Loaded]:
    prefix = ":".join(label.split(":")[:2])
    for file in files:
        content = repository.read(commit, file) or b""
        yield from read(content.decode("utf-8", "replace"), f"{prefix}:{file}", kubernetes)


def _kubernetes(repository: Repository, commit: str) -> str:
    """Tell from go.mod which Kubernetes the types, and so the pod template, come from."""
    module = _KUBERNETES_MODULE.search((repository.read(commit, "go.mod") or b"").decode("utf-8", "replace"))
    return f"1.{module[1]}" if module else ""


def enclosing_repository(start: Path) -> Path:
    """Walk up to the folder that is a clone. Raises MxforkError (wrong use) when there is none."""
    begin = start.absolute()
    for folder in (begin, *begin.parents):
        if (folder / ".git").exists():
            return folder
    raise MxforkError(
        f"neither {begin} nor a folder above it is a git repository",
        next_step="go to the repository that git:REF:PATH means",
        exit_code=ExitCode.WRONG_USE,
    )

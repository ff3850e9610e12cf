"""A tree of upstream's as facts; what it does not have gives none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fork_tools.compat.rbac.grants import grants_by_account
from fork_tools.compat.sources.manifests import read_manifests
from fork_tools.compat.upstream.facts import Fact, Kind, Name
from fork_tools.compat.upstream.go_sources import MAIN, flags, go_facts, go_files
from fork_tools.compat.upstream.shared_schema import shared_fields

_TYPES: Final = "pkg/apis/kubeflow.org/v1/common_types.go"
_CRDS: Final = "manifests/base/crds"
_RBAC: Final = "manifests/base/rbac"
_SIBLINGS: Final = ("tfjobs", "pytorchjobs")
_SHARED: Final = (
    "pkg/common",
    "pkg/controller.v1/common",
    "pkg/controller.v1/control",
    "pkg/controller.v1/expectation",
    "pkg/core",
    "pkg/util",
)
LOOKED_AT: Final = (*_SHARED, "pkg/apis/kubeflow.org/v1", "cmd", _CRDS, _RBAC)


def read_facts(root: Path) -> Mapping[Name, Fact]:
    """Read the release whose files lie below `root`."""
    return dict([*_fields(root), *_sources(root), *_flags(root), *_permissions(root)])


def _fields(root: Path) -> Iterator[tuple[Name, Fact]]:
    for plural in _SIBLINGS:
        path = root / _CRDS / f"kubeflow.org_{plural}.yaml"
        if path.is_file():
            (crd,) = read_manifests(path)
            yield from ((Name(Kind.FIELD, name), Fact(value, _TYPES)) for name, value in shared_fields(crd))


def _sources(root: Path) -> Iterator[tuple[Name, Fact]]:
    for folder in (_TYPES, *_SHARED):
        for path in go_files(root / folder):
            where = path.relative_to(root).as_posix()
            yield from go_facts(path.read_text(encoding="utf-8"), where, functions=where != _TYPES)


def _flags(root: Path) -> Iterator[tuple[Name, Fact]]:
    if (root / MAIN).is_file():
        yield from flags((root / MAIN).read_text(encoding="utf-8"))


def _permissions(root: Path) -> Iterator[tuple[Name, Fact]]:
    if (root / _RBAC).is_dir():
        for grants in grants_by_account(read_manifests(root / _RBAC)).values():
            shared = sorted(grant for grant in grants if grant.group != "kubeflow.org")
            yield from ((Name(Kind.PERMISSION, str(grant)), Fact("", f"{_RBAC}/role.yaml")) for grant in shared)

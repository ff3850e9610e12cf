"""A release of upstream as facts: each has a kind, a name, a value, and the file that it is from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import yaml
from ast_grep_py import SgNode, SgRoot

from fork_tools.compat.rbac.grants import Grant, grants_by_account
from fork_tools.compat.sources.manifests import read_manifests

COMMON_TYPES: Final = "pkg/apis/kubeflow.org/v1/common_types.go"
_MAIN: Final = "cmd/training-operator.v1/main.go"
_SIBLINGS: Final = ("tfjobs", "pytorchjobs")
_RBAC: Final = "manifests/base/rbac"
SHARED: Final = (
    "pkg/common",
    "pkg/controller.v1/common",
    "pkg/controller.v1/control",
    "pkg/controller.v1/expectation",
    "pkg/core",
    "pkg/util",
)
LOOKED_AT: Final = (*SHARED, "pkg/apis/kubeflow.org/v1", "cmd", "manifests/base/crds", _RBAC)
_METRIC: Final = re.compile(r'Name:\s*"(training_operator_\w+)"')
_CALL: Final = re.compile(r'flag\.(\w+)\(\s*&?[\w.]+,\s*"([\w-]+)"(?:,\s*([^,]+))?', re.DOTALL)
_CONSTANT: Final = re.compile(r'(\w+)(?:\s+[\w.]+)?\s*=\s*"([^"]*)"')


class Kind(Enum):
    """What a fact is about."""

    FIELD = "field"
    CONSTANT = "constant"
    FLAG = "flag"
    METRIC = "metric"
    PERMISSION = "permission"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a fact is called among its kind."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, and the file that says so."""

    value: str
    path: str


def read_facts(root: Path) -> Mapping[Name, Fact]:
    """Read a tree of upstream's; what it does not have gives no facts."""
    return {Name(kind.value, name): fact for kind, name, fact in _facts(root)}


def _facts(root: Path) -> Iterator[tuple[Kind, str, Fact]]:
    for plural in _SIBLINGS:
        path = root / "manifests" / "base" / "crds" / f"kubeflow.org_{plural}.yaml"
        if path.is_file():
            for name, value in _fields(path):
                yield Kind.FIELD, name, Fact(value, COMMON_TYPES)
    for path in _go_files(root):
        where = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        tree = SgRoot(source, "go").root()
        for name, value in _constants(tree):
            yield Kind.CONSTANT, name, Fact(value, where)
        if where != COMMON_TYPES:
            for name, body in _functions(tree):
                yield Kind.FUNCTION, f"{where} {name}", Fact(body, where)
        for name in _METRIC.findall(source):
            yield Kind.METRIC, name, Fact("", where)
    if (root / _MAIN).is_file():
        for kind, name, default in _CALL.findall((root / _MAIN).read_text(encoding="utf-8")):
            yield Kind.FLAG, f"--{name}", Fact(f"{kind.removesuffix('Var').lower()} {default}".strip(), _MAIN)
    if (root / _RBAC).is_dir():
        for grant in _shared_grants(root / _RBAC):
            yield Kind.PERMISSION, str(grant), Fact("", f"{_RBAC}/role.yaml")


def _go_files(root: Path) -> Iterator[Path]:
    folders = [root / COMMON_TYPES, *(root / folder for folder in SHARED)]
    for folder in folders:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*.go")):
            if not path.name.endswith("_test.go") and "testutil" not in path.parts and "fake" not in path.parts:
                yield path


def _constants(tree: SgNode) -> Iterator[tuple[str, str]]:
    for declared in tree.find_all(kind="const_spec"):
        found = _CONSTANT.match(declared.text())
        if found:
            yield found[1], found[2]


def _functions(tree: SgNode) -> Iterator[tuple[str, str]]:
    for kind in ("function_declaration", "method_declaration"):
        for declared in tree.find_all(kind=kind):
            name, body = declared.field("name"), declared.field("body")
            if name is not None and body is not None:
                yield name.text(), _digest(body)


def _digest(body: SgNode) -> str:
    """Digest what a function does: its text without comments and layout."""
    text = body.text()
    for comment in body.find_all(kind="comment"):
        text = text.replace(comment.text(), "")
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _shared_grants(folder: Path) -> Iterator[Grant]:
    for grants in grants_by_account(read_manifests(folder)).values():
        yield from (grant for grant in sorted(grants) if grant.group != "kubeflow.org")


def _fields(path: Path) -> Iterator[tuple[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    schema = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    spec = schema["spec"]["properties"]
    yield from _flat("runPolicy", spec["runPolicy"])
    yield from _flat("status", schema["status"])
    for name, replicas in spec.items():
        if name.endswith("ReplicaSpecs"):
            own = {key: value for key, value in replicas["additionalProperties"]["properties"].items() if key != "template"}
            yield from _flat("replicaSpecs", {"type": "object", "properties": own})


def _flat(path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inner = ("properties", "items", "additionalProperties", "description")
    yield path, json.dumps({key: value for key, value in schema.items() if key not in inner}, sort_keys=True)
    for name, below in (schema.get("properties") or {}).items():
        yield from _flat(f"{path}.{name}", below)
    for key, mark in (("items", "[*]"), ("additionalProperties", ".*")):
        if isinstance(schema.get(key), dict):
            yield from _flat(f"{path}{mark}", schema[key])

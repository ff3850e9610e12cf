"""Ask an API server about every witness: both CRDs are installed under groups of their own, and removed again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from fork_tools.compat.crd.check import Comparison, Judged
from fork_tools.compat.crd.definition import Definition
from fork_tools.compat.crd.rule import Effect
from fork_tools.compat.crd.sources.cluster import DEFINITIONS, Answered, ClusterApi, refusal
from fork_tools.compat.crd.witness.placing import value_at
from fork_tools.errors import MxforkError

_DOMAIN: Final = "witness.mxfork.example.com"
_PATIENCE: Final = 30.0  # seconds until a CRD is served
_PAUSE: Final = 0.1
CONFIRMED: Final = "confirmed by the API server"


def prove(comparison: Comparison, api: ClusterApi, tell: Callable[[str], None] = lambda _: None) -> Comparison:
    """Try each witness on `api`, by requests that store nothing, and note what it says.

    Raises MxforkError when a CRD cannot be installed there.
    """
    if not any(entry.witness for entry in comparison.judged):
        return comparison
    token = secrets.token_hex(4)
    old, new = comparison.old.definition, comparison.new.definition
    with (
        _installed(api, old, f"old-{token}.{_DOMAIN}") as before,
        _installed(api, new, f"new-{token}.{_DOMAIN}") as after,
    ):
        judged = []
        for number, entry in enumerate(comparison.judged, 1):
            tell(f"{number} of {len(comparison.judged)}")
            judged.append(replace(entry, proof=_proof(entry, before, after)) if entry.witness else entry)
    return replace(comparison, judged=tuple(judged))


class _Scratch:
    """A CRD under a group of its own."""

    def __init__(self, api: ClusterApi, definition: Definition, group: str) -> None:
        self.api = api
        self.group = group
        names = definition.names
        self.plural = str(names["plural"])
        self.name = f"{self.plural}.{group}"
        self.namespaced = definition.spec.get("scope") == "Namespaced"
        spec: dict[str, Any] = {**deepcopy(dict(definition.spec)), "group": group}
        spec["names"] = {key: value for key, value in names.items() if key not in ("shortNames", "categories")}
        spec.pop("conversion", None)
        self.document = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": self.name, "labels": {"app.kubernetes.io/managed-by": "mxfork"}},
            "spec": spec,
        }

    def path(self, version: str, name: str = "") -> str:
        where = "/namespaces/default" if self.namespaced else ""
        return f"/apis/{self.group}/{version}{where}/{self.plural}" + (f"/{name}" if name else "")

    def create(self, manifest: Mapping[str, Any], *, dry_run: bool = True) -> Answered:
        version = str(manifest["apiVersion"]).rpartition("/")[2]
        query = {"dryRun": "All"} if dry_run else {}
        return self.api.request("POST", self.path(version), self._moved(manifest), **query)

    def update(self, before: Mapping[str, Any], manifest: Mapping[str, Any]) -> Answered:
        """Store `before` for a moment, and try to update it to `manifest`."""
        version = str(manifest["apiVersion"]).rpartition("/")[2]
        path = self.path(version, str(manifest["metadata"]["name"]))
        stored = self.create(before, dry_run=False)
        if stored.status != 201:
            return stored
        try:
            meta = {**manifest["metadata"], "resourceVersion": stored.body["metadata"]["resourceVersion"]}
            return self.api.request("PUT", path, {**self._moved(manifest), "metadata": meta}, dryRun="All")
        finally:
            self.api.request("DELETE", path)

    def _moved(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        version = str(manifest["apiVersion"]).rpartition("/")[2]
        return {**manifest, "apiVersion": f"{self.group}/{version}"}


@contextmanager
def _installed(api: ClusterApi, definition: Definition, group: str) -> Iterator[_Scratch]:
    scratch = _Scratch(api, definition, group)
    created = api.request("POST", DEFINITIONS, scratch.document)
    if created.status != 201:
        raise MxforkError(
            f"the API server of {api.name} does not take the CRD {definition.name}",
            facts=(("because", refusal(created)[:400]), ("so", "nothing could be proven")),
            next_step="correct the CRD, use another cluster, or leave out --prove",
        )
    try:
        _await_served(scratch, definition)
        yield scratch
    finally:
        api.request("DELETE", f"{DEFINITIONS}/{scratch.name}")
        _await_gone(api, f"{DEFINITIONS}/{scratch.name}")


def _await_served(scratch: _Scratch, definition: Definition) -> None:
    paths = [scratch.path(version.name) for version in definition.versions if version.served]
    deadline = time.monotonic() + _PATIENCE
    while any(scratch.api.request("GET", path, limit="1").status != 200 for path in paths):
        if time.monotonic() > deadline:
            raise MxforkError(
                f"the API server of {scratch.api.name} does not serve {scratch.name} after {_PATIENCE:.0f} s",
                next_step="try another cluster, or leave out --prove",
            )
        time.sleep(_PAUSE)


def _await_gone(api: ClusterApi, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while api.request("GET", path).status == 200 and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _proof(entry: Judged, before: _Scratch, after: _Scratch) -> str:
    witness = entry.witness
    if witness is None:
        return ""
    if witness.before is not None:
        answers = before.update(witness.before, witness.manifest), after.update(witness.before, witness.manifest)
    else:
        answers = before.create(witness.manifest), after.create(witness.manifest)
    old, new = answers
    if old.status not in (200, 201):
        return f"contradicted: the old CRD answers {refusal(old)}"
    if witness.effect is Effect.REJECTS:
        refused = new.status in (400, 422)
        return f"{CONFIRMED}: {refusal(new)}" if refused else "contradicted: the new CRD takes it"
    if new.status not in (200, 201):
        return f"contradicted: the new CRD answers {refusal(new)}"
    path = entry.group.first.path
    differs = any(value_at(old.body, change.path) != value_at(new.body, change.path) for change in entry.group.changes)
    return f"{CONFIRMED}: {path} differs" if differs else "contradicted: both CRDs store the same"

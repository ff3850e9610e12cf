"""`patches/fork.lock`: what the queue came to on each release, so that anyone can make the same tree and prove it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from fork_tools.errors import ExitCode, MxforkError

FILE = "fork.lock"
FORMAT = 1
_HEAD = "What `mxfork queue apply` made; do not edit. `mxfork lock verify` makes it again and compares."


@dataclass(frozen=True, slots=True)
class LockedStep:
    """A step as it was: digests of its file and of its effect, its class, its commit (empty: it made none)."""

    name: str
    kind: str
    file: str
    sha256: str
    patch_id: str
    effect: str
    step_class: str
    commit: str

    def table(self) -> dict[str, Any]:
        """Return the step as the lock writes it."""
        found = {
            "class": self.step_class,
            "commit": self.commit,
            "effect": self.effect,
            "file": self.file,
            "kind": self.kind,
            "name": self.name,
            "patch-id": self.patch_id,
            "sha256": self.sha256,
        }
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class LockedRelease:
    """A release as it was. `decided` is the patched tree before generators ran, `tree` after (empty: they did not)."""

    name: str
    version: str
    tag_object: str
    commit: str
    upstream_tree: str
    decided: str
    tree: str
    result: str
    fork_tag: str
    wanted: tuple[str, ...]
    steps: tuple[LockedStep, ...]

    def table(self) -> dict[str, Any]:
        """Return the release as the lock writes it."""
        found: dict[str, Any] = {
            "commit": self.commit,
            "decided-tree": self.decided,
            "fork-tag": self.fork_tag,
            "result-commit": self.result,
            "step": [step.table() for step in self.steps],
            "tag-object": self.tag_object,
            "tree": self.tree,
            "upstream-tree": self.upstream_tree,
            "version": self.version,
            "with": list(self.wanted),
        }
        return {key: value for key, value in found.items() if value or key == "step"}


@dataclass(frozen=True, slots=True)
class Lock:
    """The whole file. `tools` are the versions of mxfork and git that made it, `series` the digest of the series."""

    tools: Mapping[str, str]
    series: str
    releases: Mapping[str, LockedRelease]

    def with_releases(self, fresh: Mapping[str, LockedRelease]) -> Mapping[str, LockedRelease]:
        """Return the releases with the fresh ones in place; of those that were made without generators the trees stay.

        That holds only where nothing that they were made from has changed.
        """
        merged = dict(self.releases)
        for name, release in fresh.items():
            known = merged.get(name)
            merged[name] = known if known and not release.tree and _made_from_same(known, release) else release
        return merged


def render(lock: Lock) -> str:
    """Write the lock, sorted, so that two runs differ only where what they made differs."""
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    document["format"] = FORMAT
    document["series"] = lock.series
    document["tools"] = dict(sorted(lock.tools.items()))
    document["release"] = {name: lock.releases[name].table() for name in sorted(lock.releases)}
    return tomlkit.dumps(document)


def parse(text: str) -> Lock:
    """Read a lock. Raises MxforkError when it is none, or of another format."""
    try:
        document = tomllib.loads(text)
        if document["format"] != FORMAT:
            raise _wrong(f"it is of format {document['format']}, this mxfork knows {FORMAT}")
        releases = {name: _release(name, table) for name, table in document.get("release", {}).items()}
        return Lock(document["tools"], document["series"], releases)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(f"it cannot be read: {error}") from error


def _release(name: str, table: Mapping[str, Any]) -> LockedRelease:
    return LockedRelease(
        name,
        table["version"],
        table.get("tag-object", ""),
        table["commit"],
        table["upstream-tree"],
        table["decided-tree"],
        table.get("tree", ""),
        table.get("result-commit", ""),
        table.get("fork-tag", ""),
        tuple(table.get("with", ())),
        tuple(_step(step) for step in table["step"]),
    )


def _step(table: Mapping[str, Any]) -> LockedStep:
    return LockedStep(
        table["name"],
        table["kind"],
        table["file"],
        table["sha256"],
        table.get("patch-id", ""),
        table.get("effect", ""),
        table["class"],
        table.get("commit", ""),
    )


def _made_from_same(known: LockedRelease, fresh: LockedRelease) -> bool:
    digests = [{(step.name, step.sha256) for step in release.steps} for release in (known, fresh)]
    return (known.decided, known.wanted) == (fresh.decided, fresh.wanted) and digests[0] == digests[1]


def _wrong(what: str) -> MxforkError:
    return MxforkError(
        f"patches/{FILE}: {what}",
        next_step="mxfork queue apply --all    writes it anew",
        exit_code=ExitCode.WRONG_USE,
    )

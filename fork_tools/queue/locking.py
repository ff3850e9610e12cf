"""Make the lock's entries of runs, and compare a lock with what is made now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from fork_tools.queue.apply import Run, Tried
from fork_tools.queue.effect import effect_digest
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.lock import FILE, Lock, LockedRelease, LockedStep, parse
from fork_tools.queue.objects import Objects
from fork_tools.queue.result import StepClass
from fork_tools.queue.series import SERIES, Queue
from fork_tools.queue.step import Step
from fork_tools.report.finding import Finding, Level

FORK = "mxjob"
NOT_RUN = "not-run"


def fork_tag(name: str, number: int = 1) -> str:
    """Return the fork's tag of an upstream tag: SemVer build metadata."""
    return f"{name}+{FORK}.{number}"


def branch_name(name: str) -> str:
    """Return the fork's branch for an upstream tag or branch."""
    return f"{FORK}/{name}"


def locked(runs: Iterable[Run], objects: Objects, queue: Queue, patches: Path, wanted: tuple[str, ...]) -> Lock:
    """Describe the runs as lock entries; those whose queue did not apply are left out."""
    entries = {run.target.name: _entry(run, objects, queue, patches, wanted) for run in runs if _lockable(run)}
    series = patches / SERIES
    digest = hashlib.sha256(series.read_bytes() if series.is_file() else b"").hexdigest()
    tools = {"git": objects.git("version").decode().split()[2], "mxfork": version("mxjob-fork-kit")}
    return Lock(tools, digest, entries)


def read_lock(patches: Path) -> Lock | None:
    """Read the lock of a patches/ folder, or None when there is none yet."""
    path = patches / FILE
    return parse(path.read_text(encoding="utf-8")) if path.is_file() else None


def differences(known: LockedRelease, fresh: LockedRelease) -> tuple[Finding, ...]:
    """Return what of a release is not as the lock says, the cause before its effects."""
    found: list[Finding] = []
    if known.tag_object != fresh.tag_object or known.commit != fresh.commit:
        found.append(
            _finding(
                "moved-tag",
                known.name,
                f"upstream moved {known.name}: it was {known.commit[:9]}, now {fresh.commit[:9]}",
            )
        )
    before = {step.name: step for step in known.steps}
    after = {step.name: step for step in fresh.steps}
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            found.append(
                _finding("lock-step", name, f"{name} is {'new' if old is None else 'gone'} since the lock was written")
            )
        elif old.sha256 != new.sha256:
            found.append(_finding("lock-step", name, f"{old.file} was changed since the lock was written"))
        elif NOT_RUN not in {old.step_class, new.step_class} and old.step_class != new.step_class:
            found.append(
                _finding(
                    "lock-class", name, f"{name} is {new.step_class} on {known.name}, the lock says {old.step_class}"
                )
            )
        elif old.effect != new.effect:
            found.append(
                _finding("lock-effect", name, f"{name} does something else on {known.name} than the lock says")
            )
    if known.decided != fresh.decided:
        found.append(
            _finding("lock-tree", known.name, f"the tree is {fresh.decided[:12]}, the lock says {known.decided[:12]}")
        )
    elif fresh.tree and known.tree and known.tree != fresh.tree:
        found.append(
            _finding(
                "lock-tree", known.name, f"what generators made is {fresh.tree[:12]}, the lock says {known.tree[:12]}"
            )
        )
    elif fresh.tree and known.result != fresh.result:
        found.append(_finding("lock-commit", known.name, "the trees are equal, but not the commits that lead there"))
    return tuple(found)


def _lockable(run: Run) -> bool:
    return run.ended is None and run.applies


def _entry(run: Run, objects: Objects, queue: Queue, patches: Path, wanted: tuple[str, ...]) -> LockedRelease:
    target = run.target
    tag = fork_tag(target.name) if target.tag_object else ""
    return LockedRelease(
        name=target.name,
        version=str(target.version),
        tag_object=target.tag_object or "",
        commit=target.commit,
        upstream_tree=run.upstream_tree,
        decided=run.decided,
        tree=run.tree if run.regenerated else "",
        result=run.commit if run.regenerated else "",
        fork_tag=tag,
        wanted=wanted,
        steps=(
            *(_step(tried, objects, queue, patches) for tried in run.steps),
            *(_not_run(step, queue, patches) for step in run.skipped),
        ),
    )


def _not_run(step: Step, queue: Queue, patches: Path) -> LockedStep:
    file = _file(step, queue)
    return LockedStep(step.name, step.kind, file, _digest(patches / file), "", "", NOT_RUN, "")


def _step(tried: Tried, objects: Objects, queue: Queue, patches: Path) -> LockedStep:
    step, result = tried.step, tried.result
    file = _file(step, queue)
    effect = ""
    if tried.commit and result.step_class is not StepClass.REGENERATED:
        effect = effect_digest(objects, tried.commit)
    return LockedStep(
        name=step.name,
        kind=step.kind,
        file=file,
        sha256=_digest(patches / file),
        patch_id=_patch_id(objects, step.action.diff) if isinstance(step.action, Patch) else "",
        effect=effect,
        step_class=result.label,
        commit=tried.commit or "",
    )


def _file(step: Step, queue: Queue) -> str:
    return next((override.file for override, other in queue.overrides if other is step), step.path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _patch_id(objects: Objects, diff: bytes) -> str:
    return (objects.git("patch-id", "--stable", stdin=diff).split() or [b""])[0].decode()


def _finding(rule: str, subject: str, message: str) -> Finding:
    remedy = "mxfork queue apply --all writes the lock anew, if that is meant"
    return Finding(f"queue/{rule}", Level.ERROR, subject, message, remedy=remedy)

"""Apply the queue to releases: every step tried, a commit each, generators last; nothing of the user's is touched."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from fork_tools.progress import Progress
from fork_tools.queue.attempt import try_step
from fork_tools.queue.checkout import scratch_checkout
from fork_tools.queue.explain import explain
from fork_tools.queue.generators import run_generator
from fork_tools.queue.identity import commit_environment, commit_message
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.objects import Objects
from fork_tools.queue.plan import Plan, blocked_by, plan_for
from fork_tools.queue.resolutions import Resolutions
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.series import Queue
from fork_tools.queue.step import Step
from fork_tools.queue.target import Target, ended
from fork_tools.upstream.repository import Repository


@dataclass(frozen=True, slots=True)
class Tried:
    """A step as it was for the release, how it fared, and its commit if it made one."""

    step: Step
    result: StepResult
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The queue on one target. `decided` is the tree without what generators made, `tree` and `commit` the whole.

    `skipped` are generators that were not asked to run. `ended` names the path for lack of which the lane is over; then
    nothing was tried.
    """

    target: Target
    steps: tuple[Tried, ...]
    upstream_tree: str
    decided: str
    tree: str
    commit: str
    ended: str | None = None
    skipped: tuple[Step, ...] = ()
    seconds: float = 0.0

    @property
    def regenerated(self) -> bool:
        """Whether `tree` is whole: no generator was left out."""
        return not self.skipped

    @property
    def applies(self) -> bool:
        """Whether every step is in the tree, or upstream's."""
        return all(tried.result.holds for tried in self.steps)

    @property
    def completed(self) -> bool:
        """Whether nothing failed that says nothing about the queue: a tool that is missing, a time that ran out."""
        return all(tried.result.step_class is not StepClass.FAILED for tried in self.steps)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run needs besides its target. `logs` is the folder for generators' words."""

    repository: Repository
    objects: Objects
    queue: Queue
    resolutions: Resolutions
    logs: Path
    wanted: tuple[str, ...] = ()
    regenerate: bool = True


def apply_queue(setting: Setting, target: Target, progress: Progress) -> Run:
    """Try every step of the queue on `target`. Objects are written to the private store; no ref is moved."""
    begin = time.monotonic()
    upstream_tree = setting.repository.tree(target.commit)
    missing = ended(setting.repository, target)
    if missing is not None:
        return Run(target, (), upstream_tree, upstream_tree, upstream_tree, target.commit, ended=missing)
    plan = plan_for(setting.queue, target.version, setting.wanted)
    with progress.task(f"applying the queue to {target.name}") as tell:
        state = _State(setting, target, plan, upstream_tree)
        for step in plan.steps:
            tell(step.name)
            state.take(step, state.blocked(step) or _tried(setting, target, state.tree, step))
    decided = state.tree
    if setting.regenerate and plan.generators:
        _regenerate(state, progress)
    return Run(
        target,
        tuple(state.tried),
        upstream_tree,
        decided,
        state.tree,
        state.commit,
        skipped=() if setting.regenerate else plan.generators,
        seconds=time.monotonic() - begin,
    )


class _State:
    """The branch as it grows."""

    def __init__(self, setting: Setting, target: Target, plan: Plan, tree: str) -> None:
        self.setting, self.target, self.plan = setting, target, plan
        self.tree, self.commit = tree, target.commit
        self.tried: list[Tried] = []

    def blocked(self, step: Step) -> StepResult | None:
        return blocked_by(step, self.plan, {tried.result.name: tried.result for tried in self.tried})

    def take(self, step: Step, result: StepResult) -> None:
        if not result.applied:
            self.tried.append(Tried(step, result))
            return
        objects = self.setting.objects
        self.tree = objects.write_tree(self.tree, result.changes)
        made = objects.git(
            *("commit-tree", self.tree, "-p", self.commit),
            stdin=commit_message(step).encode("utf-8", "surrogateescape"),
            environment=commit_environment(step, self.target.date),
        )
        self.commit = made.decode().strip()
        self.tried.append(Tried(step, result, self.commit))


def _tried(setting: Setting, target: Target, tree: str, step: Step) -> StepResult:
    begin = time.monotonic()
    result = try_step(setting.objects, tree, step, setting.resolutions)
    if not result.holds:
        result = explain(setting.repository, setting.objects, target.commit, tree, step, result)
    return replace(result, seconds=time.monotonic() - begin)


def _regenerate(state: _State, progress: Progress) -> None:
    objects = state.setting.objects
    with scratch_checkout(objects, state.commit) as checkout:
        for step in state.plan.generators:
            result = state.blocked(step)
            if result is None and isinstance(step.action, Regenerate):
                broken = _unfinished(state.tried)
                log = state.setting.logs / state.target.name / f"{step.name.replace('/', '-')}.log"
                with progress.task(f"{state.target.name}: {step.name}", logged=True):
                    result = broken or run_generator(step.name, step.action, checkout, state.tree, state.target, log)
                result = replace(result, name=step.name)
                state.take(step, result)
                checkout.show(state.commit)
            elif result is not None:
                state.take(step, result)


def _unfinished(tried: Collection[Tried]) -> StepResult | None:
    """Hold a generator back on a tree that lacks steps: its complaints would drown the real message."""
    bad = [entry.result for entry in tried if not entry.result.holds]
    if not bad:
        return None
    return StepResult("", StepClass.BLOCKED, f"is not run while {bad[0].name} is {bad[0].label}")

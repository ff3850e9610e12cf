"""Which steps a release gets, in which order, and which of them cannot be tried because of another's fate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.series import Queue
from fork_tools.queue.step import Step
from fork_tools.upstream.versions import Version


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for a release: `steps` decide the tree by themselves, `generators` run on it afterwards."""

    steps: tuple[Step, ...]
    generators: tuple[Step, ...]

    @property
    def all(self) -> tuple[Step, ...]:
        """Every step in the order in which it is tried."""
        return self.steps + self.generators


def plan_for(queue: Queue, version: Version, wanted: Collection[str] = ()) -> Plan:
    """Choose the steps for a release: those meant for it, optional ones when `wanted` names them (or their topic).

    Each stands as its nearest-older override says. Generators go last, in the order of the series. Raises MxforkError
    for a wanted name that is no optional step.
    """
    _refuse_unknown(queue, wanted)
    chosen = []
    for original in queue.steps:
        step = queue.step_for(original, version)
        if step.meant_for(version) and (not step.optional or _wanted(step, wanted)):
            chosen.append(step)
    steps = tuple(step for step in chosen if step.kind != "regenerate")
    return Plan(steps, tuple(step for step in chosen if step.kind == "regenerate"))


def blocked_by(step: Step, plan: Plan, results: Mapping[str, StepResult]) -> StepResult | None:
    """Say that `step` is blocked, when something that it requires is not in the tree; None when it may be tried."""
    planned = {other.name for other in plan.all}
    for need in step.requires:
        if need not in planned:
            return StepResult(step.name, StepClass.BLOCKED, f"requires {need}, which this release does not get")
        if need in results and not results[need].holds:
            return StepResult(step.name, StepClass.BLOCKED, f"requires {need}, which is {results[need].label}")
        if need not in results:
            return StepResult(step.name, StepClass.BLOCKED, f"requires {need}, which comes later in the series")
    return None


def _wanted(step: Step, wanted: Collection[str]) -> bool:
    return step.name in wanted or "all" in wanted or (bool(step.topic) and step.topic in wanted)


def _refuse_unknown(queue: Queue, wanted: Collection[str]) -> None:
    optional = [step for step in queue.steps if step.optional]
    known = {step.name for step in optional} | {step.topic for step in optional} | {"all"}
    if unknown := sorted(set(wanted) - known):
        raise MxforkError(
            f"{unknown[0]} is no optional step",
            facts=(("optional", ", ".join(step.name for step in optional) or "none"),),
            next_step="name one of these with --with, or all",
            exit_code=ExitCode.WRONG_USE,
        )

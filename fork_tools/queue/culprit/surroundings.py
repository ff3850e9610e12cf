"""The tree that a step meets on a commit: upstream's, with the steps before it that it builds on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from fork_tools.queue.attempt import try_step
from fork_tools.queue.culprit.trial import WHOLE, take_apart
from fork_tools.queue.objects import Objects
from fork_tools.queue.resolutions import Resolutions
from fork_tools.queue.step import Step


def builds_on(objects: Objects, step: Step, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Pick, of the steps before `step` in `steps`, those that it requires or that touch the same paths."""
    before = steps[: next(index for index, other in enumerate(steps) if other.name == step.name)]
    own = set(take_apart(objects, step).steps)
    return tuple(
        other
        for other in before
        if other.name in step.requires or WHOLE in own or _shared(own, set(take_apart(objects, other).steps))
    )


def preparation(objects: Objects, resolutions: Resolutions, needed: Sequence[Step]) -> Callable[[str], str]:
    """Make a function from a commit to its tree with the `needed` steps, as far as they go in there."""

    @cache
    def prepare(commit: str) -> str:
        tree = commit
        for step in needed:
            result = try_step(objects, tree, step, resolutions)
            tree = objects.write_tree(tree, result.changes) if result.applied else tree
        return tree

    return prepare


def _shared(own: set[str], others: set[str]) -> bool:
    return WHOLE in others or not own.isdisjoint(others)

"""Try one step on one tree, without any work tree, index or branch: its changes are only named."""

from __future__ import annotations

from fork_tools.queue.kinds import patch, pick, restore, rewrite
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.objects import Objects
from fork_tools.queue.resolutions import NONE, Resolutions
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.step import Step


def try_step(objects: Objects, base_tree: str, step: Step, resolutions: Resolutions = NONE) -> StepResult:
    """Say how `step` fares on `base_tree` (a tree's or a commit's id) and what it changes there.

    A generator is not run: it is `blocked`, because only a checkout can tell. `Objects.write_tree(base_tree,
    result.changes)` makes the tree that comes of it.
    """
    action = step.action
    if isinstance(action, Restore):
        return restore.attempt(objects, base_tree, action, step.name)
    if isinstance(action, Pick):
        return pick.attempt(objects, base_tree, action, step.name, resolutions)
    if isinstance(action, Patch):
        return patch.attempt(objects, base_tree, action, step.name, resolutions)
    if isinstance(action, Regenerate):
        return StepResult(step.name, StepClass.BLOCKED, "is a generator, which needs a checkout")
    return rewrite.attempt(objects, base_tree, action, step.name)

"""Inverse coverage: every path that a reverted commit touched is touched again, or named as an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fork_tools.queue.apply import Run
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.result import StepClass
from fork_tools.queue.verify.context import Checked, Patched
from fork_tools.queue.verify.rules import BY_ID

_FOR_GOOD = frozenset({StepClass.ALREADY_UPSTREAM})


def reverted(run: Run, objects: Objects) -> dict[str, list[str]]:
    """Map each commit that the queue undoes to the steps that do it: reverts, and restores from before a commit."""
    found: dict[str, list[str]] = {}
    for tried in run.steps:
        action = tried.step.action
        undone = action.commit if isinstance(action, Pick) and action.backwards else None
        if isinstance(action, Restore) and action.commit.endswith(("^", "~", "~1")):
            undone = action.commit.rstrip("1").rstrip("^~")
        commit = objects.resolve(f"{undone}^{{commit}}") if undone else None
        if commit:
            found.setdefault(commit, []).append(tried.result.name)
    return found


def uncovered(touched: Iterable[str], run: Run, exceptions: Iterable[str]) -> tuple[str, ...]:
    """Return the touched paths that no step changed, found as wanted, or names as an exception."""
    excepted = list(exceptions)
    covered: set[str] = set()
    for tried in run.steps:
        covered |= set(tried.result.changes)
        covered |= {path.path for path in tried.result.paths if path.step_class in _FOR_GOOD}
        if isinstance(tried.step.action, Pick):
            excepted += tried.step.action.exclude
    return tuple(path for path in sorted(touched) if path not in covered and not any_matches(excepted, path))


def check_coverage(patched: Patched, exceptions: Mapping[str, tuple[str, ...]]) -> list[Checked]:
    """Check each commit that the queue undoes; `exceptions` are patterns by commit, from patches/checks."""
    checked = []
    by_commit = {patched.objects.resolve(f"{name}^{{commit}}"): found for name, found in exceptions.items()}
    for commit, steps in reverted(patched.run, patched.objects).items():
        touched = patched.objects.changed(f"{commit}^", commit)
        missing = uncovered(touched, patched.run, by_commit.get(commit, ()))
        findings = tuple(
            BY_ID["queue/uncovered-path"].finding(
                path,
                f"{commit[:9]} touched it, and none of {', '.join(steps)} does",
                location=patched.location_of(steps[0]),
            )
            for path in missing
        )
        summary = f"{len(touched) - len(missing)} of {len(touched)} paths of {commit[:9]}"
        checked.append(Checked(f"coverage of {commit[:9]}", summary, findings))
    return checked

"""Name the upstream commit since which each path and hunk of a step does not go in any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fork_tools.queue.culprit.line import Line, State, read_line
from fork_tools.queue.culprit.search import Breaking, find_breaking
from fork_tools.queue.culprit.trial import WHOLE, Parts, Trials, take_apart
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.objects import Objects
from fork_tools.queue.step import Step
from fork_tools.upstream.repository import Commit, Repository


@dataclass(frozen=True, slots=True)
class Since:
    """The first commit since which something does not hold; None when it never held on this line.

    `earlier` are commits that broke it too, before something mended it.
    """

    commit: Commit | None
    earlier: tuple[Commit, ...] = ()


@dataclass(frozen=True, slots=True)
class PathCulprit:
    """A path of a step: since when the step `fails` on it, since when its hunks do not fit as they are (`context`).

    A path whose context is lost may still go in by a three-way merge. `hunks` are the hunks (from 1) that do not fit.
    """

    path: str
    fails: Since | None
    context: Since | None
    hunks: tuple[tuple[int, Since], ...] = ()


@dataclass(frozen=True, slots=True)
class StepCulprits:
    """All broken paths of a step between `start` and a target; `first` is the earliest commit that makes it fail."""

    step: Step
    start: str
    commits: int
    paths: tuple[PathCulprit, ...]

    @property
    def first(self) -> Commit | None:
        """The first upstream commit that broke the step as it is now."""
        known = [path.fails.commit for path in self.paths if path.fails and path.fails.commit]
        return min(known, key=lambda commit: commit.date, default=None)


@dataclass(slots=True)
class Finder:
    """Looks for culprits; several targets share what it has found out. `since` is the tag that lanes count from."""

    repository: Repository
    objects: Objects
    trials: Trials

    def find(self, step: Step, target: str, starts: Sequence[str], prepare: Callable[[str], str]) -> StepCulprits:
        """Look along the first-parent history of the commit `target`, from the first of `starts` that it contains.

        `prepare` gives the tree that the step meets on a commit: with the steps before it that share its paths.
        """
        start = self.start(step, target, starts)
        line = read_line(self.repository, start, target)
        parts = take_apart(self.objects, step)
        before = self.objects.entries(line.start)
        self._bring(line, parts)
        paths = []
        for path, alone in parts.steps.items():
            states = line.every() if path == WHOLE else line.states(path, before.get(path))
            paths.append(self._path(line, states, path, alone, parts, prepare))
        broken = tuple(path for path in paths if path.fails or path.context)
        return StepCulprits(step, line.start, len(line.commits), broken)

    def start(self, step: Step, target: str, starts: Sequence[str]) -> str:
        """Choose where the line begins: at the commit that the step is about or was made for, else at a known one."""
        about = step.action.commit if isinstance(step.action, Pick | Restore) else step.base
        named = (self.objects.resolve(f"{name}^{{commit}}") for name in (about, *starts) if name)
        inside = (commit for commit in named if commit)
        for commit in inside:
            base = self.repository.merge_base(commit, target)
            if base and base != target:
                return base
        return self.repository.git("rev-list", "--max-parents=0", "--first-parent", target).split()[0]

    def _path(
        self,
        line: Line,
        states: Sequence[State],
        path: str,
        alone: Step,
        parts: Parts,
        prepare: Callable[[str], str],
    ) -> PathCulprit:
        def holds(index: int) -> bool:
            return self.trials.holds(alone, path, prepare(line.at(states[index].index)))

        fails = _since(line, states, find_breaking(len(states), holds))
        diff = parts.diffs.get(path)
        if diff is None:
            return PathCulprit(path, fails, None)
        lost = [self.trials.failing_hunks(diff, state.entry) for state in states]
        context = _since(line, states, find_breaking(len(states), lambda index: not lost[index]))
        hunks = tuple(
            (number, since)
            for number in sorted(lost[-1])
            if (since := _since(line, states, find_breaking(len(states), _fits(lost, number))))
        )
        return PathCulprit(path, fails, context, hunks)

    def _bring(self, line: Line, parts: Parts) -> None:
        """Fetch in one go what a partial clone lacks."""
        before = self.objects.entries(line.start)
        entries = (state.entry for path in parts.steps for state in line.states(path, before.get(path)))
        self.objects.bring(entry.id for entry in entries if entry is not None)


def _fits(lost: Sequence[frozenset[int]], number: int) -> Callable[[int], bool]:
    return lambda index: number not in lost[index]


def _since(line: Line, states: Sequence[State], breaking: Breaking | None) -> Since | None:
    if breaking is None:
        return None
    if breaking.index is None:
        return Since(None)
    found = [line.commits[states[index].index] for index in (*breaking.earlier, breaking.index)]
    return Since(found[-1], tuple(found[:-1]))

"""Culprits of the whole queue: on releases where it is broken, and on tips that will become releases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.progress import Progress
from fork_tools.queue.apply import Run, Setting, Tried, apply_queue
from fork_tools.queue.culprit.find import Finder, StepCulprits
from fork_tools.queue.culprit.surroundings import builds_on, preparation
from fork_tools.queue.culprit.trial import Trials
from fork_tools.queue.target import Target, choose
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lane import Lane, Mode
from fork_tools.upstream.lanes import Release, in_lane, newest, releases
from fork_tools.upstream.repository import Commit, Repository


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A run of the queue on a target, and the culprits of its steps (those that were asked about, or are not well)."""

    run: Run
    culprits: tuple[StepCulprits, ...]
    lane_end: Commit | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """A tip that is not released: `released` is the last release it follows, with the steps that are broken there."""

    diagnosis: Diagnosis
    released: Release | None
    broken_before: frozenset[str]


def diagnose(
    setting: Setting, targets: Sequence[Target], lanes: Sequence[Lane], names: Collection[str], progress: Progress
) -> tuple[Diagnosis, ...]:
    """Apply the queue to `targets` without generators, and find out what broke the steps that do not go in as written.

    `names` limits it to steps; those are looked into even if they hold.
    """
    for name in names:
        setting.queue.named(name)
    quick = replace(setting, regenerate=False)
    finder = Finder(setting.repository, setting.objects, Trials(setting.objects, setting.resolutions))
    return tuple(_diagnose(quick, target, lanes, names, finder, progress) for target in targets)


def newest_releases(configuration: Configuration, repository: Repository) -> tuple[Target, ...]:
    """Choose the newest release of each lane that the queue is applied to."""
    found = releases(configuration, repository.tags())
    lanes = [lane for lane in configuration.lanes if lane.mode is Mode.APPLY]
    latest = [newest([release for release in in_lane(found, lane.name) if release.applies]) for lane in lanes]
    return tuple(_target(configuration, repository, release.name) for release in latest if release)


def predict(
    configuration: Configuration, setting: Setting, refs: Sequence[str], progress: Progress
) -> tuple[Prediction, ...]:
    """Apply the queue to tips: `refs`, or by default the branches of all lanes."""
    there = setting.repository.tips()
    tips = refs or [branch for lane in configuration.lanes for branch in lane.branches if branch in there]
    if not tips:
        raise MxforkError(
            "there is no branch to look at",
            next_step="name one with --ref, or give a lane branches in patches/fork.toml",
            exit_code=ExitCode.WRONG_USE,
        )
    found = releases(configuration, setting.repository.tags())
    carried = [entry for entry in found if isinstance(entry, Release) and entry.applies]
    broken: dict[str, frozenset[str]] = {}
    predictions = []
    for tip in tips:
        target = _target(configuration, setting.repository, tip)
        (diagnosis,) = diagnose(setting, (target,), configuration.lanes, (), progress)
        last = newest([release for release in carried if setting.repository.is_ancestor(release.commit, target.commit)])
        if last and last.name not in broken:
            run = apply_queue(
                replace(setting, regenerate=False), _target(configuration, setting.repository, last.name), progress
            )
            broken[last.name] = frozenset(tried.step.name for tried in run.steps if not tried.result.holds)
        predictions.append(Prediction(diagnosis, last, broken[last.name] if last else frozenset()))
    return tuple(predictions)


def _diagnose(
    setting: Setting,
    target: Target,
    lanes: Sequence[Lane],
    names: Collection[str],
    finder: Finder,
    progress: Progress,
) -> Diagnosis:
    run = apply_queue(setting, target, progress)
    if run.ended is not None:
        last = setting.repository.commits(target.commit, "--max-count=1", paths=(run.ended,))
        return Diagnosis(run, (), last[0] if last else None)
    asked = (
        [tried for tried in run.steps if tried.step.name in names]
        if names
        else list(filter(_not_as_written, run.steps))
    )
    starts = [lane.since for lane in (target.lane, *lanes) if lane and lane.since]
    steps = [tried.step for tried in run.steps]
    culprits = []
    with progress.task(f"searching upstream's history up to {target.name}") as tell:
        for tried in asked:
            tell(tried.step.name)
            needed = builds_on(setting.objects, tried.step, steps)
            prepare = preparation(setting.objects, setting.resolutions, needed)
            culprits.append(finder.find(tried.step, target.commit, starts, prepare))
    return Diagnosis(run, tuple(culprits))


def _not_as_written(tried: Tried) -> bool:
    lost = any(path.two_way is False or path.three_way is not None for path in tried.result.paths)
    return tried.step.kind != "regenerate" and (not tried.result.holds or lost)


def _target(configuration: Configuration, repository: Repository, name: str) -> Target:
    """Make a target of a name; one of no lane ends where the lane that the queue is for would end."""
    (target,) = choose(configuration, repository, to=name, lane=None, every=False)
    carrying = next((lane for lane in configuration.lanes if lane.mode is Mode.APPLY), None)
    if target.lane is None or target.lane.mode is Mode.WATCH:
        return replace(target, lane=carrying)
    return target

"""All that a nightly run does, in order; what it comes to is one report."""

from __future__ import annotations

from dataclasses import dataclass

from fork_tools.progress import Progress
from fork_tools.queue.apply import Run, Setting, apply_queue
from fork_tools.queue.culprit.survey import Diagnosis, diagnose, newest_releases
from fork_tools.queue.locking import locked
from fork_tools.queue.publish import keep_lock, keep_refs
from fork_tools.queue.target import choose
from fork_tools.queue.verify.checks import read_checks
from fork_tools.queue.verify.verifying import Depth, verify_release
from fork_tools.report.report import Suite
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lane import Mode


@dataclass(frozen=True, slots=True)
class Night:
    """The queue on every release and tip, the culprits where it does not go in, and whether the lock changed.

    `verified` is what checking the newest release of each lane found.
    """

    runs: tuple[Run, ...]
    diagnoses: tuple[Diagnosis, ...]
    verified: tuple[Suite, ...] = ()
    lock_changed: bool = False

    @property
    def applies(self) -> bool:
        """Whether the queue goes into every release; a tip that is not released yet fails nothing."""
        return all(run.applies or run.ended is not None for run in self.runs if run.target.tag_object)

    @property
    def completed(self) -> bool:
        """Whether every step could be tried to its end."""
        return all(run.completed for run in self.runs)


def spend_night(
    configuration: Configuration, setting: Setting, depth: Depth | None, progress: Progress, *, write: bool
) -> Night:
    """Apply the queue to all releases and tips of the lanes it is for, and verify the newest release of each.

    `depth` says how far to verify, None not to; `write` keeps branches, tags and the lock.
    """
    if not any(lane.mode is Mode.APPLY for lane in configuration.lanes):
        return Night((), ())
    targets = choose(configuration, setting.repository, to=None, lane=None, every=True)
    newest = {target.name for target in newest_releases(configuration, setting.repository)} if depth else set[str]()
    checks = read_checks(configuration.patches) if depth else ()
    runs, verified = [], list[Suite]()
    for target in targets:
        if depth and target.name in newest:
            run, (_, *found) = verify_release(setting, target, checks, depth, progress)
            verified += found
        else:
            run = apply_queue(setting, target, progress)
        runs.append(run)
    broken = [run.target for run in runs if not run.applies and run.ended is None]
    diagnoses = diagnose(setting, broken, configuration.lanes, (), progress) if broken else ()
    changed = False
    if write:
        for run in runs:
            keep_refs(setting.objects, run)
        fresh = locked(runs, setting.objects, setting.queue, configuration.patches, setting.wanted)
        changed = keep_lock(configuration.patches, fresh)
    return Night(tuple(runs), diagnoses, tuple(verified), changed)

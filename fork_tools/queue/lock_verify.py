"""Make the locked releases again in a store of their own, and tell what differs."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from fork_tools.errors import MxforkError
from fork_tools.progress import Progress
from fork_tools.queue.apply import Setting, apply_queue
from fork_tools.queue.lock import Lock, LockedRelease
from fork_tools.queue.locking import differences, locked
from fork_tools.queue.objects import scratch_objects
from fork_tools.queue.resolutions import read_resolutions
from fork_tools.queue.rules import BY_ID
from fork_tools.queue.series import Queue
from fork_tools.queue.target import Target, choose
from fork_tools.report.finding import Finding
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.repository import Repository


def verify_lock(
    configuration: Configuration,
    queue: Queue,
    repository: Repository,
    known: Lock,
    *,
    names: tuple[str, ...],
    regenerate: bool,
    progress: Progress,
) -> Report:
    """Apply the queue to the locked releases (those of `names`, or all) and compare trees, steps and commits."""
    chosen = names or tuple(known.releases)
    cases = []
    with scratch_objects(repository) as objects, tempfile.TemporaryDirectory(prefix="mxfork-logs-") as logs:
        for name in chosen:
            entry = known.releases.get(name)
            if entry is None:
                finding = BY_ID["queue/lock-missing"].finding(name, "is not in patches/fork.lock")
                cases.append(Case(name, Outcome.FAILED, "not locked", (finding,)))
                continue
            setting = Setting(
                repository,
                objects,
                queue,
                read_resolutions(configuration.patches),
                Path(logs),
                entry.wanted,
                regenerate and bool(entry.tree),
            )
            cases.append(_compare(configuration, setting, entry, progress))
    bad = sum(case.outcome is not Outcome.PASSED for case in cases)
    return Report(
        kind="lock-verify",
        title="Trees of patches/fork.lock, made again",
        verdict="every tree is as locked" if not bad else f"{bad} of {len(cases)} are not as locked",
        suites=(Suite("lock", tuple(cases)),),
        facts={f"{name} then": version for name, version in known.tools.items()},
        reproduce=("mxfork lock verify",),
    )


def _compare(configuration: Configuration, setting: Setting, known: LockedRelease, progress: Progress) -> Case:
    try:
        target = _target(configuration, setting.repository, known)
    except MxforkError as error:
        finding = BY_ID["queue/moved-tag"].finding(known.name, error.what, remedy=error.next_step)
        return Case(known.name, Outcome.ERROR, error.what, (finding,))
    run = apply_queue(setting, target, progress)
    fresh = locked((run,), setting.objects, setting.queue, configuration.patches, known.wanted).releases.get(known.name)
    found: tuple[Finding, ...]
    if fresh is None:
        bad = next((tried.result for tried in run.steps if not tried.result.holds), None)
        what = f"{bad.name} is {bad.label} there: {bad.message}" if bad else f"its lane has ended: no {run.ended}"
        found = (BY_ID["queue/lock-tree"].finding(known.name, what),)
    else:
        found = differences(known, fresh)
    compared = known.tree if setting.regenerate else known.decided
    summary = f"tree {compared[:12]}" + (
        "" if setting.regenerate or known.tree == known.decided else " before generators"
    )
    return Case(known.name, Outcome.FAILED if found else Outcome.PASSED, summary, found, run.seconds)


def _target(configuration: Configuration, repository: Repository, known: LockedRelease) -> Target:
    """Take the tag as it is today; a branch's tip as it was, since it is meant to move."""
    if known.tag_object:
        return choose(configuration, repository, to=known.name, lane=None, every=False)[0]
    then = choose(configuration, repository, to=known.commit, lane=None, every=False)[0]
    return replace(then, name=known.name)

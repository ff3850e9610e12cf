"""Runs of the queue as a report: a suite a release, a case a step, a finding for whatever is not simply well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fork_tools.queue.apply import Run, Tried
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.rules import BY_ID
from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.report import Case, Outcome, Report, Suite

_NEXT = {
    StepClass.RETARGETED: "mxfork queue culprit {step}    then adapt patches/{path}",
    StepClass.PATH_DELETED: "mxfork queue culprit {step}    then adapt patches/{path}",
    StepClass.PATH_RENAMED: "give the new path in patches/{path}",
    StepClass.CONFLICT: "mxfork queue culprit {step}    then adapt patches/{path}, for {release} alone in an override",
    StepClass.CORRUPT: "correct patches/{path}; mxfork queue lint    says more",
    StepClass.EMPTY: "limit it with releases, or take it out of patches/series",
    StepClass.FAILED: "read {log}; then run mxfork queue apply --to {release} again",
    StepClass.ALREADY_UPSTREAM: "compare the two; then limit it with releases, or take it out of patches/series",
    StepClass.BLOCKED: "see to what it requires first",
}


def report_runs(runs: Sequence[Run], reproduce: tuple[str, ...], *, notes: bool = True) -> Report:
    """Tell how the queue fared on every target; with `notes`, a finding on each step that is simply well, too."""
    applied = [run for run in runs if run.applies and run.ended is None]
    over = [run for run in runs if run.ended is not None]
    bad = len(runs) - len(applied) - len(over)
    verdict = "the queue applies" if not bad else f"the queue does not apply to {bad} of {len(runs)}"
    return Report(
        kind="queue-apply",
        title="Queue on " + ", ".join(run.target.name for run in runs),
        verdict=verdict,
        suites=tuple(_suite(run, notes=notes) for run in runs),
        facts={run.target.name: _made(run) for run in applied},
        reproduce=reproduce,
    )


def _made(run: Run) -> str:
    generated = "" if run.regenerated else " (without generators)"
    return f"tree {run.tree[:12]} commit {run.commit[:12]}{generated}"


def _suite(run: Run, *, notes: bool) -> Suite:
    if run.ended is not None:
        message = f"has no {run.ended}: the lane has ended, nothing was tried"
        finding = BY_ID["queue/lane-ended"].finding(run.target.name, message, details={"class": "lane-ended"})
        return Suite(run.target.name, (Case(run.target.name, Outcome.SKIPPED, "lane-ended", (finding,)),))
    return Suite(run.target.name, tuple(_case(run, tried, notes=notes) for tried in run.steps))


def _case(run: Run, tried: Tried, *, notes: bool) -> Case:
    result = tried.result
    outcome = Outcome.PASSED if result.holds else Outcome.FAILED
    if result.step_class is StepClass.FAILED:
        outcome = Outcome.ERROR
    found = tuple(finding for finding in _findings(run, tried) if notes or finding.level > Level.NOTE)
    summary = f"{result.label}  {result.message}".rstrip()
    return Case(result.name, outcome, summary, found, result.seconds)


def _findings(run: Run, tried: Tried) -> Iterator[Finding]:
    result = tried.result
    details = _details(run, tried)
    if not result.holds or result.step_class is StepClass.ALREADY_UPSTREAM:
        rule = BY_ID[f"queue/{result.step_class}"]
        level = Level.WARNING if result.holds else rule.level
        remedy = _NEXT.get(result.step_class, "").format(
            step=result.name, path=tried.step.path, release=run.target.name, log=result.log or "the log"
        )
        location = Location(f"patches/{tried.step.path}")
        yield rule.finding(result.name, result.message, level=level, location=location, remedy=remedy, details=details)
    elif result.step_class is StepClass.OFFSET or result.warnings:
        message = "; ".join(result.warnings) or result.message
        yield BY_ID["queue/offset"].finding(
            result.name,
            message,
            location=Location(f"patches/{tried.step.path}"),
            remedy=f"mxfork queue refresh {result.name}",
            details=details,
        )
    else:
        yield BY_ID["queue/applied"].finding(result.name, f"{result.label} on {run.target.name}", details=details)


def _details(run: Run, tried: Tried) -> dict[str, object]:
    result: StepResult = tried.result
    return {
        "release": run.target.name,
        "class": str(result.step_class),
        "degree": str(result.degree) if result.degree else None,
        "commit": tried.commit,
        "paths": [
            {
                "path": path.path,
                "class": str(path.step_class),
                "detail": path.detail,
                "two_way": path.two_way,
                "three_way": path.three_way,
                "hunks": [[hunk.number, hunk.applied, hunk.offset] for hunk in path.hunks],
            }
            for path in result.paths
            if len(result.paths) <= _PATHS_SHOWN or path.step_class is result.step_class
        ],
    }


_PATHS_SHOWN = 400

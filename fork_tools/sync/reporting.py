"""The report of a nightly run: one verdict, and a pull request's body when rendered as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from fork_tools.queue.apply import Run
from fork_tools.queue.culprit.reporting import culprit_report
from fork_tools.queue.reporting import report_runs
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.sync.nightly import Night
from fork_tools.sync.push import Push, Pushed


def night_report(checked: Report, night: Night, pushes: Sequence[Push], url: str) -> Report:
    """Put the parts of the night together; its verdict names the gravest thing."""
    applied = report_runs(night.runs, (), notes=False)
    culprits = culprit_report(night.diagnoses, url, ())
    facts = dict(checked.facts) | {_lane(run): _share(run) for run in night.runs}
    if night.runs:
        facts["patches/fork.lock"] = "changed" if night.lock_changed else "unchanged"
    suites = (
        *(_titled("upstream", suite) for suite in checked.suites),
        *(_titled("queue on", suite) for suite in applied.suites),
        *(_titled("culprits on", suite) for suite in culprits.suites),
        *night.verified,
        *((Suite("branches", tuple(map(_pushed, pushes))),) if pushes else ()),
    )
    reproduce = (
        "mxfork upstream check",
        "mxfork queue apply --all",
        "mxfork queue culprit",
        "mxfork queue verify --all",
    )
    return Report("sync", "The fork against upstream", _verdict(checked, night), suites, facts, reproduce)


def _verdict(checked: Report, night: Night) -> str:
    if not night.applies:
        return "the queue does not apply"
    if any(case.outcome is not Outcome.PASSED for suite in night.verified for case in suite.cases):
        return "the queue applies, and not all of it holds"
    return checked.verdict


def _titled(prefix: str, suite: Suite) -> Suite:
    return Suite(f"{prefix} {suite.name}", suite.cases)


def _lane(run: Run) -> str:
    return f"{run.target.lane.name}: {run.target.name}" if run.target.lane else run.target.name


def _share(run: Run) -> str:
    if run.ended is not None:
        return f"the lane has ended: no {run.ended}"
    held = sum(tried.result.holds for tried in run.steps)
    return f"{held} of {len(run.steps)} steps, tree {run.tree[:12]}"


def _pushed(push: Push) -> Case:
    well = push.outcome in {Pushed.CREATED, Pushed.UPDATED, Pushed.UNCHANGED}
    return Case(push.branch, Outcome.PASSED if well else Outcome.SKIPPED, f"{push.release}: {push.outcome}")

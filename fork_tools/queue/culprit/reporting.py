"""Culprits and predictions as reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fork_tools.queue.apply import Tried
from fork_tools.queue.culprit.find import PathCulprit, Since, StepCulprits
from fork_tools.queue.culprit.rules import BROKEN_SINCE, CONTEXT_LOST, LANE_ENDS, WILL_BREAK
from fork_tools.queue.culprit.survey import Diagnosis, Prediction
from fork_tools.queue.culprit.trial import WHOLE
from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.upstream.repository import Commit
from fork_tools.upstream.urls import commit_page, pull_request_page

_SECONDS_A_DAY = 86400


def culprit_report(diagnoses: Sequence[Diagnosis], url: str, reproduce: tuple[str, ...]) -> Report:
    """Tell what broke each step on each target."""
    suites = tuple(_suite(diagnosis, url) for diagnosis in diagnoses)
    broken = sum(tried.result.holds is False for diagnosis in diagnoses for tried in diagnosis.run.steps)
    verdict = f"{broken} step{'s' * (broken != 1)} broken" if broken else "no step is broken"
    names = ", ".join(diagnosis.run.target.name for diagnosis in diagnoses)
    return Report("queue-culprit", f"What broke the queue on {names}", verdict, suites, {}, reproduce)


def prediction_report(predictions: Sequence[Prediction], url: str, now: datetime, reproduce: tuple[str, ...]) -> Report:
    """Tell what will break with the next release, and for how long that has been known (`now` in UTC)."""
    suites = tuple(_predicted(prediction, url, now) for prediction in predictions)
    bad = [suite.name for suite in suites if any(case.outcome is Outcome.FAILED for case in suite.cases)]
    verdict = f"the queue will break on {', '.join(bad)}" if bad else "nothing new will break"
    return Report("queue-predict", "The queue on what is not released yet", verdict, suites, {}, reproduce)


def _suite(diagnosis: Diagnosis, url: str) -> Suite:
    target = diagnosis.run.target
    if diagnosis.run.ended is not None:
        return Suite(target.name, (_over(diagnosis),))
    tried = {entry.step.name: entry for entry in diagnosis.run.steps}
    return Suite(target.name, tuple(_case(found, tried[found.step.name], url) for found in diagnosis.culprits))


def _over(diagnosis: Diagnosis) -> Case:
    target, end = diagnosis.run.target, diagnosis.lane_end
    since = f" since {_named(end)}" if end else ""
    message = f"has no {diagnosis.run.ended}{since}: the lane ends before it"
    return Case(target.name, Outcome.SKIPPED, "lane-ended", (LANE_ENDS.finding(target.name, message),))


def _case(found: StepCulprits, tried: Tried, url: str) -> Case:
    result = tried.result
    findings = tuple(_finding(found, path, url) for path in found.paths)
    if not result.holds and not any(finding.level is Level.ERROR for finding in findings):
        message = f"{result.label}: {result.message}"
        findings += (BROKEN_SINCE.finding(found.step.name, message, location=_location(found)),)
    outcome = Outcome.PASSED if result.holds else Outcome.FAILED
    first = f" since {_named(found.first)}" if found.first else ""
    return Case(found.step.name, outcome, f"{result.label}{first}", findings)


def _finding(found: StepCulprits, path: PathCulprit, url: str) -> Finding:
    since, rule = (path.fails, BROKEN_SINCE) if path.fails else (path.context, CONTEXT_LOST)
    what = "does not go in" if path.fails else "goes in by a three-way merge only"
    message = f"{what} {_when(since, found)}"
    if path.fails and path.context and path.context != path.fails:
        message += f"; its context is lost {_when(path.context, found)}"
    if hunks := _hunks(path, found):
        message += f" ({hunks})"
    details = {
        "step": found.step.name,
        "path": path.path or None,
        "fails": _since(path.fails, url),
        "context": _since(path.context, url),
        "hunks": [{"hunk": number, "since": _since(since, url)} for number, since in path.hunks],
        "searched": found.commits,
    }
    subject = f"{found.step.name}: {path.path}" if path.path != WHOLE else found.step.name
    remedy = f"adapt the step {found.step.name} to what that commit did"
    return rule.finding(subject, message, location=_location(found), remedy=remedy, details=details)


def _hunks(path: PathCulprit, found: StepCulprits) -> str:
    others = [(number, since) for number, since in path.hunks if since not in (path.fails, path.context)]
    return "; ".join(f"hunk {number} {_when(since, found)}" for number, since in others)


def _when(since: Since | None, found: StepCulprits) -> str:
    if since is None or since.commit is None:
        return f"anywhere since {found.start[:9]}"
    return f"since {_named(since.commit)}"


def _named(commit: Commit) -> str:
    return f"{commit.short} {commit.subject} by {commit.author}, {commit.date:%Y-%m-%d}"


def _since(since: Since | None, url: str) -> dict[str, object] | None:
    if since is None:
        return None
    return {"commit": _commit(since.commit, url), "earlier": [_commit(commit, url) for commit in since.earlier]}


def _commit(commit: Commit | None, url: str) -> dict[str, object] | None:
    if commit is None:
        return None
    number = commit.pull_request
    return {
        "id": commit.id,
        "subject": commit.subject,
        "author": commit.author,
        "date": commit.date.isoformat(),
        "pull_request": number,
        "page": commit_page(url, commit.id),
        "pull_request_page": pull_request_page(url, number) if number else None,
    }


def _location(found: StepCulprits) -> Location:
    return Location(f"patches/{found.step.path}")


def _predicted(prediction: Prediction, url: str, now: datetime) -> Suite:
    diagnosis = prediction.diagnosis
    target = diagnosis.run.target
    last = f"after {prediction.released.name}" if prediction.released else "no release before it"
    name = f"{target.name} {target.commit[:9]} ({last})"
    if diagnosis.run.ended is not None:
        return Suite(name, (_over(diagnosis),))
    culprits = {found.step.name: found for found in diagnosis.culprits}
    cases = []
    for tried in diagnosis.run.steps:
        found = culprits.get(tried.step.name)
        findings = tuple(_foreseen(tried, found, prediction, url, now))
        cases.append(Case(tried.step.name, _foreseen_outcome(findings), tried.result.label, findings))
    return Suite(name, tuple(cases))


def _foreseen_outcome(findings: Sequence[Finding]) -> Outcome:
    """Judge a step; one that is broken on the last release as well is no news."""
    if any(finding.level is Level.ERROR for finding in findings):
        return Outcome.FAILED
    return Outcome.SKIPPED if findings else Outcome.PASSED


def _foreseen(
    tried: Tried, found: StepCulprits | None, prediction: Prediction, url: str, now: datetime
) -> Iterator[Finding]:
    if tried.result.holds or tried.step.kind == "regenerate":
        return
    known = tried.step.name in prediction.broken_before
    first = found.first if found else None
    days = int((now - first.date).total_seconds() // _SECONDS_A_DAY) if first else None
    for_days = f"; known for {days} day{'s' * (days != 1)}, not released" if days is not None and not known else ""
    since = f" since {_named(first)}" if first else ""
    before = f"; broken on {prediction.released.name} already" if known and prediction.released else ""
    yield WILL_BREAK.finding(
        tried.step.name,
        f"{tried.result.label}{since}{for_days}{before}",
        level=Level.NOTE if known else Level.ERROR,
        location=Location(f"patches/{tried.step.path}"),
        remedy=f"mxfork queue culprit {tried.step.name} --to {prediction.diagnosis.run.target.name}",
        details={"culprit": _commit(first, url), "days": days, "broken_before": known},
    )

"""What there is to say of a survey: the report of `mxfork upstream check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.report.rule import Rule
from fork_tools.upstream import rules
from fork_tools.upstream.changes import Change
from fork_tools.upstream.ledger import Ledger, Status
from fork_tools.upstream.repository import Commit
from fork_tools.upstream.seen import Alarm
from fork_tools.upstream.survey import LaneSurvey, Looked, Survey, Tip
from fork_tools.upstream.urls import commit_page

_CONFIGURATION = Location("patches/fork.toml")


@dataclass(frozen=True, slots=True)
class Known:
    """What the fork knows: the releases its lock carries (None without a queue), its ledger, and where upstream is."""

    carried: frozenset[str] | None
    ledger: Ledger
    url: str


def check_report(survey: Survey, alarms: Sequence[Alarm], ledger_findings: Sequence[Finding], known: Known) -> Report:
    """Put together what is new and what needs work."""
    suites = [
        _tags(alarms),
        *(_lane(lane, known) for lane in survey.lanes),
        Suite("port ledger", (_case("patches/ledger.yaml", f"{len(known.ledger.entries)} commits", ledger_findings),)),
    ]
    verdict = "needs work" if any(_errors(suite) for suite in suites) else "nothing to do"
    facts = {"upstream": known.url, "rejected": f"{len(survey.rejected)} tags (mxfork upstream releases --rejected)"}
    return Report(
        "upstream-check", "Upstream against the fork", verdict, tuple(suites), facts, ("mxfork upstream check",)
    )


def ledger_findings(
    ledger: Ledger,
    has_commit: Callable[[str], bool],
    missing: Callable[[str], str | None],
    lost: Callable[[str], str | None],
) -> tuple[Finding, ...]:
    """Check the ledger against upstream (`has_commit`) and the fork (`missing` a test, `lost` a commit of ours)."""
    found: list[Finding] = []
    for entry in ledger.entries:
        subject = entry.commit[:9]
        if not has_commit(entry.commit):
            message = "upstream has no such commit"
            found.append(rules.UNKNOWN_COMMIT.finding(subject, message, location=entry.location))
        if entry.status is Status.PORTED and not entry.tests:
            message = "is said to be ported, and no test is named that shows it"
            found.append(rules.PROOF_MISSING.finding(subject, message, location=entry.location))
        complaints = [*map(missing, entry.tests), *map(lost, filter(None, (entry.ours,)))]
        found += [
            rules.PROOF_MISSING.finding(subject, complaint, location=entry.location)
            for complaint in complaints
            if complaint
        ]
    return tuple(found)


def _tags(alarms: Sequence[Alarm]) -> Suite:
    findings = [
        rules.TAG_MOVED.finding(
            alarm.tag,
            f"named {alarm.was[:9]} and {_now(alarm)}, says {alarm.witness}",
            remedy=f"mxfork upstream check --accept {alarm.tag}    once upstream has confirmed it",
            details={"was": alarm.was, "now": alarm.now},
        )
        for alarm in alarms
    ]
    return Suite("tags", (_case("as they were seen before", "", findings),))


def _now(alarm: Alarm) -> str:
    return f"names {alarm.now[:9]} now" if alarm.now else "is gone"


def _lane(survey: LaneSurvey, known: Known) -> Suite:
    lane = survey.lane
    overtaken = _overtaken(survey, known)
    cases = [_release(looked, known, carried=looked.release.name in overtaken) for looked in survey.releases]
    cases += [_tip(tip, known) for tip in survey.tips]
    if survey.end:
        end = survey.end
        since = f"{_named(end.commit)}, {end.commit.date:%Y-%m-%d}" if end.commit else "its beginning"
        finding = rules.LANE_ENDED.finding(lane.name, f"{end.release.name} has no {end.path} since {since}")
        cases.append(_case(end.release.name, "the lane has ended", (finding,)))
    elif not survey.releases:
        message = f"no tag is {lane.tags} within {lane.range}"
        cases.append(_case(lane.name, "", (rules.NO_RELEASE.finding(lane.name, message, location=_CONFIGURATION),)))
    return Suite(f"lane {lane.name} ({lane.mode}, {lane.range})", tuple(cases))


def _overtaken(survey: LaneSurvey, known: Known) -> frozenset[str]:
    """Name the releases that need no queue any more: those carried, and those older than one that is."""
    names = [looked.release.name for looked in survey.releases]
    carried = [index for index, name in enumerate(names) if name in (known.carried or ())]
    return frozenset(names[: carried[-1] + 1] if carried else ())


def _release(looked: Looked, known: Known, *, carried: bool) -> Case:
    release = looked.release
    summary = f"{release.tag.date:%Y-%m-%d}  {release.commit[:9]}"
    findings: list[Finding] = []
    if not looked.seen:
        findings.append(rules.NEW.finding(release.name, "is new since the last check"))
    if release.applies and known.carried is not None and not carried:
        remedy = f"mxfork queue apply --to {release.name}"
        findings.append(rules.RELEASE_NOT_CARRIED.finding(release.name, "is not in patches/fork.lock", remedy=remedy))
    if looked.changes is not None:
        summary += f"  {_tally(looked.changes.commits, looked.changes.total, known.ledger)}"
        findings += _classified(looked.changes.commits, known)
    return _case(release.name, summary, findings)


def _tip(tip: Tip, known: Known) -> Case:
    findings = [
        _about(rules.COMING, change.commit, "is in no release yet, and not in the port ledger", known.url)
        for change in tip.changes.commits
        if known.ledger.find(change.commit.id) is None
    ]
    ahead = tip.changes.total
    return _case(
        f"{tip.branch} (not released)",
        f"{ahead} commit{'' if ahead == 1 else 's'} ahead of {tip.changes.old[:9]}, {len(tip.changes.commits)} watched",
        findings,
    )


def _classified(commits: Sequence[Change], known: Known) -> Iterator[Finding]:
    for change in commits:
        entry = known.ledger.find(change.commit.id)
        if entry is None:
            yield _about(rules.UNCLASSIFIED, change.commit, "is not in the port ledger", known.url, change.paths)
        elif entry.status is Status.PENDING:
            yield _about(rules.PENDING, change.commit, f"is to be ported: {entry.reason}", known.url, change.paths)


def _about(rule: Rule, commit: Commit, message: str, url: str, paths: Sequence[str] = ()) -> Finding:
    details: Mapping[str, object] = {
        "commit": commit.id,
        "author": commit.author,
        "date": commit.date.date().isoformat(),
        "page": commit_page(url, commit.id),
        "paths": list(paths),
    }
    remedy = f"mxfork ledger mark {commit.short} STATUS --reason WHY"
    return rule.finding(commit.short, f"{commit.subject} {message}", remedy=remedy, details=details)


def _tally(commits: Sequence[Change], total: int, ledger: Ledger) -> str:
    entries = [ledger.find(change.commit.id) for change in commits]
    counts = Counter(entry.status.value if entry else "unclassified" for entry in entries)
    parts = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    return f"{len(commits)} of {total} commits watched" + (f": {parts}" if parts else "")


def _case(name: str, summary: str, findings: Sequence[Finding]) -> Case:
    failed = any(finding.level is Level.ERROR for finding in findings)
    return Case(name, Outcome.FAILED if failed else Outcome.PASSED, summary, tuple(findings))


def _errors(suite: Suite) -> bool:
    return any(case.outcome is Outcome.FAILED for case in suite.cases)


def _named(commit: Commit) -> str:
    return f"{commit.short} {commit.subject}"

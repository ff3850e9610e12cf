"""Text for a person: errors in full, what is less grave in groups, the verdict last, where the eye is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from itertools import groupby

import click

from fork_tools.report.finding import Finding, Level, Location
from fork_tools.report.report import Case, Outcome, Report
from fork_tools.report.wording import tally

Style = Callable[[str, str], str]

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
_OUTCOMES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.ERROR: "magenta", Outcome.SKIPPED: "yellow"}
# A group of findings below the level of an error shows so many of its subjects.
_SUBJECTS = 3


def render_text(report: Report, *, colour: bool = False) -> str:
    """Lay the report out in lines; `colour` puts in what a terminal needs for it."""
    style = _coloured if colour else _plain
    return "\n".join(_report(report, style)) + "\n"


def _report(report: Report, style: Style) -> Iterator[str]:
    yield report.title
    width = max(map(len, report.facts), default=0)
    yield from (f"  {label:<{width}}  {value}" for label, value in report.facts.items())
    for suite in report.suites:
        yield ""
        yield suite.name
        for case in suite.cases:
            yield from _case(case, style)
    yield ""
    yield f"{report.verdict}: {tally(report)}"
    for label, command in zip(_labels("reproduce"), report.reproduce, strict=False):
        yield f"  {label}  {command}"


def _labels(first: str) -> Iterator[str]:
    yield first
    while True:
        yield " " * len(first)


def _case(case: Case, style: Style) -> Iterator[str]:
    summary = f"  {case.summary}" if case.summary else ""
    yield f"  {style(f'{case.outcome.value:<7}', _OUTCOMES[case.outcome])}  {case.name}{summary}"
    counted = sorted((finding for finding in case.findings if not finding.suppression), key=_gravest_first)
    for _, group in groupby(counted, key=_alike):
        yield from _group(list(group), style)
    waived = sum(finding.suppression is not None for finding in case.findings)
    if waived:
        yield f"    {waived} waived"
    yield from (textwrap.indent(line, "    ") for line in case.text.splitlines())


def _gravest_first(finding: Finding) -> tuple[int, str, str]:
    return -finding.level, finding.rule, finding.message


def _alike(finding: Finding) -> tuple[object, ...]:
    return finding.level, finding.rule, finding.message, finding.remedy


def _group(findings: list[Finding], style: Style) -> Iterator[str]:
    first = findings[0]
    yield f"    {style(first.level.label, _COLOURS[first.level])}  {first.rule}  {first.message}"
    shown = findings if first.level is Level.ERROR else findings[:_SUBJECTS]
    yield from (f"      {finding.subject}{_place(finding.location)}" for finding in shown)
    if len(findings) > len(shown):
        yield f"      and {len(findings) - len(shown)} more (--output json lists them)"
    if first.remedy:
        yield f"      next  {first.remedy}"


def _place(location: Location | None) -> str:
    if location is None:
        return ""
    return f"  {location.path}" + (f":{location.line}" if location.line is not None else "")


def _coloured(text: str, colour: str) -> str:
    return click.style(text, fg=colour)


def _plain(text: str, _colour: str) -> str:
    return text

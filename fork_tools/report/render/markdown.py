"""Markdown for the body of a pull request: verdict first, then what to look at, then how to see it again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fork_tools.report.finding import Finding
from fork_tools.report.report import Outcome, Report
from fork_tools.report.wording import tally

# GitHub refuses a body of more than 65,536 characters.
_LONGEST = 60_000
_CELL = re.compile(r"([\\|<>*_~\[\]])")
_MARKS = {Outcome.PASSED: "✅", Outcome.FAILED: "❌", Outcome.ERROR: "💥", Outcome.SKIPPED: "⏭️"}


def render_markdown(report: Report) -> str:
    """Write tables that GitHub and GitLab show; findings that would not fit into a body are counted instead."""
    lines = list(_head(report))
    tail = list(_reproduce(report))
    room = _LONGEST - sum(len(line) + 1 for line in (*lines, *tail))
    rows = sorted(report.findings(), key=lambda finding: (finding.suppression is not None, -finding.level))
    lines += _findings(rows, room)
    return "\n".join((*lines, *tail)) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## {_cell(report.title)}: {_cell(report.verdict)}"
    yield ""
    yield f"{tally(report)[0].upper()}{tally(report)[1:]}."
    if report.facts:
        yield ""
        yield from (f"- {_cell(label)}: {_code(value)}" for label, value in report.facts.items())
    yield ""
    yield "| | case | result |"
    yield "| --- | --- | --- |"
    for suite in report.suites:
        for case in suite.cases:
            yield f"| {_MARKS[case.outcome]} | {_cell(suite.name)}: {_cell(case.name)} | {_cell(case.summary)} |"


def _findings(findings: list[Finding], room: int) -> Iterator[str]:
    if not findings:
        return
    yield ""
    yield f"<details{' open' if len(findings) <= 20 else ''}><summary>Findings ({len(findings)})</summary>"
    yield ""
    yield "| level | rule | where | what | next |"
    yield "| --- | --- | --- | --- | --- |"
    room -= 300
    for number, finding in enumerate(findings):
        row = _row(finding)
        room -= len(row) + 1
        if room < 0:
            yield ""
            yield f"And {len(findings) - number} more: see the JSON output."
            break
        yield row
    yield ""
    yield "</details>"


def _row(finding: Finding) -> str:
    level = "waived" if finding.suppression else finding.level.label
    place = ""
    if finding.location:
        place = f"<br>{_cell(finding.location.path)}:{finding.location.line or 1}"
    cells = (level, _code(finding.rule), _code(finding.subject) + place, _cell(finding.message), _cell(finding.remedy))
    return f"| {' | '.join(cells)} |"


def _reproduce(report: Report) -> Iterator[str]:
    if report.reproduce:
        yield from ("", "To reproduce:", "", "```console")
        yield from (f"$ {command}" for command in report.reproduce)
        yield "```"


def _code(text: str) -> str:
    quoted = text.replace("`", "'").replace("|", "\\|")
    return f"`{' '.join(quoted.split())}`"


def _cell(text: str) -> str:
    # A zero-width space keeps an @name from calling somebody.
    return _CELL.sub(r"\\\1", " ".join(text.split())).replace("@", "@\N{ZERO WIDTH SPACE}")

"""Words that several forms share."""

from __future__ import annotations

from fork_tools.report.report import Report


def tally(report: Report) -> str:
    """Sum the findings up: `2 errors, 1 warning, 5 notes, 3 waived`."""
    parts = [plural(count, level.label) for level, count in report.counts().items() if count]
    if report.suppressed():
        parts.append(f"{report.suppressed()} waived")
    return ", ".join(parts) or "no findings"


def plural(count: int, noun: str) -> str:
    """Count a noun that takes an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

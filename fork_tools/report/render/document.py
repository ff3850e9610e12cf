"""JSON for scripts. Its schema is published as docs/schemas/report.json and printed by `mxfork schema report`."""

from __future__ import annotations

import json

from fork_tools.report.finding import Finding, Location, Suppression
from fork_tools.report.report import Case, Report

# A new member raises the second number; one that changes its meaning or goes raises the first.
SCHEMA_VERSION = "1.0"


def render_json(report: Report) -> str:
    """Write everything that the report holds."""
    return json.dumps(document(report), indent=2, ensure_ascii=False, sort_keys=False, default=str) + "\n"


def document(report: Report) -> dict[str, object]:
    """Give the report as JSON values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": report.kind,
        "title": report.title,
        "verdict": report.verdict,
        "complete": report.complete(),
        "counts": {level.label: count for level, count in report.counts().items()} | {"waived": report.suppressed()},
        "facts": dict(report.facts),
        "reproduce": list(report.reproduce),
        "suites": [{"name": suite.name, "cases": [_case(case) for case in suite.cases]} for suite in report.suites],
    }


def _case(case: Case) -> dict[str, object]:
    return {
        "name": case.name,
        "outcome": case.outcome.value,
        "summary": case.summary,
        "seconds": round(case.seconds, 3),
        "text": case.text,
        "findings": [_finding(finding) for finding in case.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "level": finding.level.label,
        "subject": finding.subject,
        "message": finding.message,
        "location": _location(finding.location),
        "remedy": finding.remedy,
        "details": dict(finding.details),
        "waiver": _waiver(finding.suppression),
        "fingerprint": finding.fingerprint,
    }


def _location(location: Location | None) -> dict[str, object] | None:
    if location is None:
        return None
    return {"path": location.path, "line": location.line, "column": location.column}


def _waiver(suppression: Suppression | None) -> dict[str, object] | None:
    if suppression is None:
        return None
    return {
        "reason": suppression.reason,
        "owner": suppression.owner,
        "until": suppression.until,
    }

"""SARIF 2.1.0 (OASIS), for code scanning: one run, its rules, and a result for each finding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from fork_tools.report.finding import Finding, Location
from fork_tools.report.report import Case, Outcome, Report
from fork_tools.report.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(report: Report, rules: Mapping[str, Rule]) -> str:
    """Write the findings as results; a case that could not be looked at becomes a notification of the tool."""
    findings = tuple(report.findings())
    identifiers = sorted({finding.rule for finding in findings})
    run = {
        "tool": {"driver": _driver(identifiers, rules)},
        "automationDetails": {"id": f"mxfork/{report.kind}/"},
        "invocations": [_invocation(report)],
        "results": [_result(finding, identifiers.index(finding.rule)) for finding in findings],
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": report.verdict, "facts": dict(report.facts)},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, default=str) + "\n"


def _driver(identifiers: Iterable[str], rules: Mapping[str, Rule]) -> dict[str, Any]:
    return {
        "name": "mxfork",
        "semanticVersion": version("mxjob-fork-kit"),
        "rules": [_rule(identifier, rules.get(identifier)) for identifier in identifiers],
    }


def _rule(identifier: str, rule: Rule | None) -> dict[str, Any]:
    descriptor: dict[str, Any] = {"id": identifier, "help": {"text": f"mxfork explain {identifier}"}}
    if rule is not None:
        descriptor["shortDescription"] = {"text": rule.title}
        descriptor["fullDescription"] = {"text": rule.why}
        descriptor["help"] = {"text": f"{rule.fix}\n\nmxfork explain {identifier}"}
        descriptor["defaultConfiguration"] = {"level": rule.level.label}
    return descriptor


def _invocation(report: Report) -> dict[str, Any]:
    cases = (case for suite in report.suites for case in suite.cases)
    return {
        "executionSuccessful": report.complete(),
        "toolExecutionNotifications": [_notification(case) for case in cases if case.outcome is Outcome.ERROR],
    }


def _notification(case: Case) -> dict[str, Any]:
    text = "\n".join(filter(None, (f"{case.name}: {case.summary or 'could not be looked at'}", case.text)))
    return {"level": "error", "message": {"text": text}}


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    text = f"{finding.subject}: {finding.message}" + (f"\nNext: {finding.remedy}" if finding.remedy else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.level.label,
        "message": {"text": text},
        "locations": [_location(finding)],
        "partialFingerprints": {"ruleAndSubject/v1": finding.fingerprint},
        "suppressions": [],
    }
    if finding.details:
        result["properties"] = dict(finding.details)
    if finding.suppression:
        reason = f"{finding.suppression.reason} ({finding.suppression.owner})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.subject}]}
    if finding.location:
        location["physicalLocation"] = _physical(finding.location)
    return location


def _physical(place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path)}}
    if place.line is not None:
        columns = {} if place.column is None else {"startColumn": place.column}
        physical["region"] = {"startLine": place.line, **columns}
    return physical

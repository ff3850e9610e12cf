"""JUnit's XML, for CI systems that show tests: a suite for each suite, a case for each case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from fork_tools.report.finding import Finding
from fork_tools.report.report import Case, Outcome, Report, Suite

_RESULTS = {Outcome.FAILED: Failure, Outcome.ERROR: Error, Outcome.SKIPPED: Skipped}
# What XML 1.0 §2.2 does not allow in a document, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: Report) -> str:
    """Write each case as a test; its findings are the failure's text, or its output when it passed."""
    document = JUnitXml(_clean(report.title))
    for suite in report.suites:
        document.add_testsuite(_suite(report, suite))
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text.decode() + "\n"


def _suite(report: Report, suite: Suite) -> TestSuite:
    element = TestSuite(_clean(suite.name))
    for label, value in report.facts.items():
        element.add_property(_clean(label), _clean(value))
    for case in suite.cases:
        element.add_testcase(_case(report, suite, case))
    return element


def _case(report: Report, suite: Suite, case: Case) -> TestCase:
    element = TestCase(_clean(case.name), classname=_clean(f"{report.kind}.{suite.name}"), time=round(case.seconds, 3))
    text = _clean("\n".join(_lines(case)))
    if case.outcome in _RESULTS:
        result = _RESULTS[case.outcome](_clean(case.summary))
        result.text = text
        element.result = [result]
    elif text:
        element.system_out = text
    return element


def _lines(case: Case) -> Iterator[str]:
    for finding in case.findings:
        yield _line(finding)
        if finding.remedy:
            yield f"  next: {finding.remedy}"
    if case.text:
        yield case.text


def _line(finding: Finding) -> str:
    place = f" ({finding.location.path}:{finding.location.line or 1})" if finding.location else ""
    waived = f" [waived by {finding.suppression.owner}: {finding.suppression.reason}]" if finding.suppression else ""
    return f"{finding.level.label}: {finding.rule}: {finding.subject}: {finding.message}{place}{waived}"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

from __future__ import annotations

from dataclasses import replace

from fork_tools.report.render import Form, render
from fork_tools.report.report import Case, Outcome, Suite
from tests.unit.tools.report.samples import REMOVED, REPORT, WELL


def test_the_verdict_leads_and_the_commands_end() -> None:
    lines = render(REPORT, Form.MARKDOWN).splitlines()
    assert lines[0] == "## MXJob v1.8.1 → ours: breaking"
    assert lines[2] == "1 error, 12 notes, 1 waived."
    assert lines[-2:] == ["$ mxfork compat all upstream:v1.8.1 .", "```"]


def test_a_cell_cannot_break_its_table_nor_call_anybody() -> None:
    row = next(line for line in render(REPORT, Form.MARKDOWN).splitlines() if "field-removed" in line)
    assert "3 \\| 4 \\<jobs\\>" in row
    assert "@\N{ZERO WIDTH SPACE}somebody" in row
    assert row.replace("\\|", "").count("|") == 6


def test_a_long_report_still_fits_into_the_body_of_a_pull_request() -> None:
    many = tuple(replace(REMOVED, subject=f"spec.field{number}") for number in range(2000))
    report = replace(WELL, suites=(Suite("crd", (Case("mxjobs", Outcome.FAILED, findings=many),)),))
    body = render(report, Form.MARKDOWN)
    assert len(body) < 65_536
    told = body.count("crd/field-removed")
    assert f"And {2000 - told} more" in body


def test_nothing_found_makes_no_table_of_findings() -> None:
    body = render(WELL, Form.MARKDOWN)
    assert "No findings." in body
    assert "<details" not in body

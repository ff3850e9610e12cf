from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.errors import MxforkError
from fork_tools.report.render import Form
from fork_tools.report.report import Report
from tests.unit.tools.report.samples import AWAY, REPORT, WELL


def command(report: Report) -> click.Command:
    @click.command()
    @reporting_options
    def check(reporting: Reporting) -> None:
        finish(report, reporting)

    return check


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    ("report", "level", "code"),
    [
        pytest.param(WELL, "note", 0, id="nothing found"),
        pytest.param(REPORT, "error", 1, id="an error"),
        pytest.param(REPORT, "never", 0, id="asked never to fail"),
        pytest.param(AWAY, "never", 4, id="could not look: never 0"),
        pytest.param(AWAY, "error", 4, id="could not look, and errors"),
    ],
)
def test_the_exit_code_is_the_same_in_every_form(form: Form, report: Report, level: str, code: int) -> None:
    arguments = ["--output", form.value, "--fail-on", level]
    assert CliRunner().invoke(command(report), arguments).exit_code == code


def test_a_waived_finding_fails_nothing() -> None:
    waived_only = Report("compat", "t", "compatible", (REPORT.suites[1],))
    assert CliRunner().invoke(command(waived_only), ["--fail-on", "note"]).exit_code == 0


def test_files_get_the_forms_that_their_names_ask_for_and_the_reader_gets_text(tmp_path: Path) -> None:
    paths = [tmp_path / f"report.{suffix}" for suffix in ("json", "sarif", "xml", "md", "html", "txt")]
    arguments = [argument for path in paths for argument in ("--output-file", str(path))]
    result = CliRunner().invoke(command(REPORT), arguments)
    assert result.exit_code == 1
    assert result.output.startswith("MXJob v1.8.1 → ours\n")
    assert json.loads(paths[0].read_text(encoding="utf-8"))["verdict"] == "breaking"
    assert [path.read_text(encoding="utf-8")[:12].strip() for path in paths[2:]] == [
        "<testsuites",
        "## MXJob v1.",
        "<!doctype ht",
        "MXJob v1.8.1",
    ]


def test_a_name_that_tells_no_form_needs_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(command(REPORT), ["--output-file", str(tmp_path / "report")])
    assert result.exit_code == 2
    assert "add --output" in result.output
    path = tmp_path / "report"
    CliRunner().invoke(command(REPORT), ["--output", "json", "--output-file", str(path)])
    assert json.loads(path.read_text(encoding="utf-8"))["kind"] == "compat"


def test_a_report_that_cannot_be_written_is_an_error_not_a_verdict(tmp_path: Path) -> None:
    result = CliRunner().invoke(command(WELL), ["--output-file", str(tmp_path / "absent" / "report.json")])
    assert isinstance(result.exception, MxforkError)
    assert result.output == ""

"""What every command that reports has in common: its options, where the report goes, and the exit code.

@click.command()
@reporting_options
def check(reporting: Reporting) -> None:
    finish(made_report, reporting)
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import click

from fork_tools.atomic_file import write_text
from fork_tools.errors import ExitCode
from fork_tools.report.finding import Level
from fork_tools.report.render import Form, render
from fork_tools.report.render.form import form_of
from fork_tools.report.render.text import render_text
from fork_tools.report.report import Report
from fork_tools.report.rule import Rule

_NO_RULES: Mapping[str, Rule] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where a report goes: to standard output in `form`, or to `files`; `fail_on` is the level that fails the run."""

    form: Form | None
    files: tuple[Path, ...]
    fail_on: Level | None

    @property
    def by_machine(self) -> bool:
        """Whether anything but the text on standard output is asked for."""
        return bool(self.files) or self.form not in (None, Form.TEXT)


def reporting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --output, --output-file and --fail-on; the command gets them as `reporting`, a `Reporting`."""

    @click.option(
        "--output",
        "form",
        type=click.Choice([form.value for form in Form]),
        help="Form of the report; default: text, or what the suffix of --output-file says.",
    )
    @click.option(
        "--output-file",
        "files",
        multiple=True,
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the report here and text to standard output; may be given several times"
        " (.json, .sarif, .xml for JUnit, .md, .html, .txt).",
    )
    @click.option(
        "--fail-on",
        type=click.Choice([*(level.label for level in Level), "never"]),
        default=Level.ERROR.label,
        show_default=True,
        help="Exit with 1 when a finding is at least this grave.",
    )
    @functools.wraps(command)
    def with_reporting(form: str | None, files: tuple[Path, ...], fail_on: str, **options: Any) -> None:
        level = None if fail_on == "never" else Level[fail_on.upper()]
        reporting = Reporting(Form(form) if form else None, files, level)
        for path in files:
            _form_for(path, reporting)
        command(reporting=reporting, **options)

    return with_reporting


def exit_code(report: Report, fail_on: Level | None) -> ExitCode:
    """Decide how the run ends, whatever its form: what could not be looked at is never taken for well."""
    if not report.complete():
        return ExitCode.COULD_NOT_COMPLETE
    if fail_on is not None and report.reaches(fail_on):
        return ExitCode.FINDINGS
    return ExitCode.WELL


def publish(report: Report, reporting: Reporting, rules: Mapping[str, Rule] = _NO_RULES) -> None:
    """Write the report to its files (each whole or not at all) and to standard output."""
    for path in reporting.files:
        write_text(path, render(report, _form_for(path, reporting), rules))
    if reporting.files or reporting.form in (None, Form.TEXT):
        click.echo(render_text(report, colour=_wants_colour()), nl=False)
    else:
        click.echo(render(report, reporting.form, rules), nl=False)


def finish(report: Report, reporting: Reporting, rules: Mapping[str, Rule] = _NO_RULES) -> NoReturn:
    """Publish the report and end the command with its exit code."""
    publish(report, reporting, rules)
    sys.exit(exit_code(report, reporting.fail_on))


def _form_for(path: Path, reporting: Reporting) -> Form:
    form = reporting.form or form_of(path)
    if form is None:
        raise click.UsageError(f"the suffix of {path} names no form of report: add --output")
    return form


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")

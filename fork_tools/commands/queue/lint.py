"""`mxfork queue lint`: what is wrong with the queue's own files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.errors import MxforkError
from fork_tools.queue.lint.files import Folder, read_folder
from fork_tools.queue.lint.linting import Day, lint
from fork_tools.queue.locking import read_lock
from fork_tools.queue.rules import BY_ID
from fork_tools.report.finding import Finding, Level
from fork_tools.report.report import Case, Outcome, Report, Suite
from fork_tools.upstream.configuration import find_fork, read_configuration
from fork_tools.upstream.versions import Version

_EXAMPLES = """\b
Examples:
  mxfork queue lint
  mxfork queue lint --fail-on warning --output-file lint.sarif
"""


@click.command("lint", epilog=_EXAMPLES)
@click.option(
    "--fork",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The fork's repository; default: the one that the working directory is in.",
)
@reporting_options
def lint_queue(folder: Path, reporting: Reporting) -> None:
    """Look through patches/: orphans, missing and double steps, what cannot be read, CRLF, generated and lock files.

    Also steps that nobody gave a reason for, expired ones, and paths outside of [queue] paths in fork.toml. Upstream is
    not needed.
    """
    configuration = read_configuration(find_fork(folder))
    read = read_folder(configuration.patches)
    day = Day(datetime.now(UTC).date(), _newest(configuration.patches))
    finish(_report(read, lint(read, configuration.allowed, day)), reporting, BY_ID)


def _newest(patches: Path) -> Version | None:
    try:
        known = read_lock(patches)
    except MxforkError:
        return None
    return max((Version.parse(release.version) for release in known.releases.values()), default=None) if known else None


def _report(folder: Folder, findings: tuple[Finding, ...]) -> Report:
    subjects = tuple(dict.fromkeys(finding.subject for finding in findings))
    cases = []
    for subject in subjects:
        mine = tuple(finding for finding in findings if finding.subject == subject)
        bad = any(finding.level is Level.ERROR for finding in mine)
        cases.append(Case(subject, Outcome.FAILED if bad else Outcome.PASSED, mine[0].message, mine))
    return Report(
        kind="queue-lint",
        title=f"Queue of {len(folder.steps)} steps, read",
        verdict=f"{len(findings)} findings" if findings else "clean",
        suites=(Suite("lint", tuple(cases)),),
        reproduce=("mxfork queue lint",),
    )

"""`mxfork compat KIND` for the kinds that compare OLD and NEW alike, and `mxfork compat all`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.compat.checks import ALL, CHECKS, Check, Comparison, run_check
from fork_tools.compat.judging import WAIVERS, Allowances, judge
from fork_tools.compat.kubernetes.judging import parse_target, supported
from fork_tools.compat.rules import catalogue
from fork_tools.compat.sources.checkout import Repositories
from fork_tools.compat.sources.reference import parse_reference
from fork_tools.progress import progress_on

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_EPILOG = """\b
OLD and NEW: a file, a folder, git:REF, git:REF:PATH, upstream:TAG, upstream:TAG:PATH.
The verdict: compatible, compatible with notes, needs port, breaking, or could not check.

\b
Examples:
  mxfork compat {name} upstream:v1.8.1 .
  mxfork compat {name} git:main . --output-file report.html --output-file report.sarif
"""


def comparing(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every comparison takes: OLD, NEW, where upstream is, what is allowed, and how to report."""
    options = (
        click.argument("old"),
        click.argument("new"),
        click.option(
            "--upstream",
            type=click.Path(exists=True, path_type=Path),
            envvar="MXFORK_UPSTREAM",
            help="A clone of upstream; default: the one in the cache. Also MXFORK_UPSTREAM.",
        ),
        click.option("--offline", is_flag=True, help="Fetch nothing."),
        click.option("--waivers", type=_FILE, help=f"Accepted findings; default: {WAIVERS} if it exists."),
        click.option("--baseline", type=_FILE, help="An earlier JSON report: only what is new fails."),
        click.option("--kubernetes", multiple=True, metavar="VERSION", help="Only these releases, such as 1.33."),
        reporting_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _compare(
    title: str,
    checks: tuple[Check, ...],
    old: str,
    new: str,
    upstream: Path | None,
    offline: bool,
    waivers: Path | None,
    baseline: Path | None,
    kubernetes: tuple[str, ...],
    reporting: Reporting,
) -> None:
    progress = progress_on(sys.stderr)
    repositories = Repositories(Path.cwd(), upstream, offline, progress)
    targets = tuple(map(parse_target, kubernetes)) or supported()
    comparison = Comparison(parse_reference(old), parse_reference(new), repositories, targets)
    suites = []
    for check in checks:
        with progress.task(f"checking {check.name}"):
            suites.append(run_check(check, comparison, required=len(checks) == 1))
    allowances = Allowances(waivers or (WAIVERS if WAIVERS.is_file() else None), baseline, datetime.now(UTC).date())
    report = judge(title, suites, allowances, comparison.old, comparison.new)
    finish(replace(report, reproduce=(" ".join(["mxfork", *sys.argv[1:]]),)), reporting, catalogue())


def _command(check: Check) -> click.Command:
    @click.command(
        check.name, short_help=check.about, help=f"Compare {check.about}.", epilog=_EPILOG.format(name=check.name)
    )
    @comparing
    def compare(**options: object) -> None:
        _compare(f"{check.name}: {check.about}", (check,), **options)  # type: ignore[arg-type]  # click made them

    return compare


COMMANDS = tuple(map(_command, CHECKS))


@click.command("all", short_help="Every check that needs no cluster.", epilog=_EPILOG.format(name="all"))
@comparing
def compare_all(**options: object) -> None:
    """Run every check that needs no cluster."""
    _compare("Is this still compatible?", ALL, **options)  # type: ignore[arg-type]  # click made them

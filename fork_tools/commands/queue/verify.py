"""`mxfork queue verify`: what applying alone cannot show."""

from __future__ import annotations

import sys

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.queue.apply import ended_as, require_one_choice
from fork_tools.commands.reporting import Reporting, exit_code, publish, reporting_options
from fork_tools.queue.rules import BY_ID
from fork_tools.queue.target import choose
from fork_tools.queue.verify.checks import read_checks
from fork_tools.queue.verify.verifying import Depth, verify_release
from fork_tools.report.report import Outcome, Report

_EXAMPLES = """\b
Examples:
  mxfork queue verify --to v1.9.4
  mxfork queue verify --all --no-build
  mxfork queue verify --to v1.9.4 --timeout 20 --output-file verify.xml
\b
Exit codes: 0 all of it holds, 1 something does not, 3 the queue does not apply, 4 something could not be run.
"""


@click.command(epilog=_EXAMPLES)
@click.option("--to", metavar="TAG", help="A release, branch or commit of upstream's.")
@click.option("--lane", metavar="LANE", help="Every release of this lane, and its branches' tips.")
@click.option("--all", "every", is_flag=True, help="Every release of the lanes whose mode is apply, and their tips.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@click.option("--no-regenerate", is_flag=True, help="Leave the generators out, and with them what builds on them.")
@click.option("--no-trust", is_flag=True, help="Do not run the generators on the untouched release and once more.")
@click.option("--no-build", is_flag=True, help="Neither build nor test: only what can be seen in the trees.")
@click.option("--no-tests", is_flag=True, help="Build and vet, but run no tests.")
@click.option(
    "--timeout", type=click.IntRange(min=1), default=60, show_default=True, help="Minutes that one command may take."
)
@reporting_options
@fork_options
def verify(
    fork: Fork,
    reporting: Reporting,
    to: str | None,
    lane: str | None,
    every: bool,
    wanted: tuple[str, ...],
    no_regenerate: bool,
    no_trust: bool,
    no_build: bool,
    no_tests: bool,
    timeout: int,
) -> None:
    """Apply the queue in scratch folders and prove the result: paths, generators, rules, patches/checks, build, tests.

    Upstream's own failures are known from the untouched release and never held against the queue; each of the others is
    attributed to the step that owns the file.
    """
    require_one_choice(to, lane, every)
    depth = Depth(not no_trust, not (no_build or no_regenerate), not no_tests, timeout * 60.0)
    checks = read_checks(fork.patches)
    with fork.setting(wanted=wanted, regenerate=not no_regenerate) as (setting, _):
        targets = choose(fork.configuration, setting.repository, to=to, lane=lane, every=every)
        verified = [verify_release(setting, target, checks, depth, fork.progress) for target in targets]
    suites = tuple(suite for _, made in verified for suite in made)
    bad = sum(case.outcome not in {Outcome.PASSED, Outcome.SKIPPED} for suite in suites for case in suite.cases)
    report = Report(
        kind="queue-verify",
        title="Queue, verified on " + ", ".join(target.name for target in targets),
        verdict="all of it holds" if not bad else f"{bad} things do not hold",
        suites=suites,
        reproduce=(f"mxfork queue verify {f'--to {to}' if to else f'--lane {lane}' if lane else '--all'}",),
    )
    publish(report, reporting, BY_ID)
    sys.exit(ended_as([run for run, _ in verified], exit_code(report, reporting.fail_on)))

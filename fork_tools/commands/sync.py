"""`mxfork sync`: everything that a nightly run is to do."""

from __future__ import annotations

import sys

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.reporting import Reporting, exit_code, publish, reporting_options
from fork_tools.compat.rules import catalogue
from fork_tools.errors import ExitCode
from fork_tools.queue.verify.verifying import Depth
from fork_tools.sync.nightly import spend_night
from fork_tools.sync.push import push_lanes
from fork_tools.sync.reporting import night_report
from fork_tools.upstream.looking import look


@click.command(
    epilog="""\b
Examples:
  mxfork sync --output-file sync.json --output-file sync.xml --output-file sync.sarif --output-file body.md
  mxfork sync --push mxjob/{lane} --remote git@example.org:team/trainer.git
\b
Exit codes: 0 nothing to do, 1 something needs work, 3 the queue does not apply to a release, 4 could not complete.
"""
)
@click.option("--push", "pattern", metavar="BRANCH", help="Branch to push, one for each lane; {lane} is its name.")
@click.option("--remote", metavar="URL", help="Where to push to.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@click.option("--no-regenerate", is_flag=True, help="Leave the generators out: seconds instead of minutes.")
@click.option(
    "--verify",
    "depth",
    type=click.Choice(["none", "trees", "build", "tests"]),
    default="tests",
    show_default=True,
    help="How far to verify each lane's newest release; not at all without generators.",
)
@click.option("--dry-run", is_flag=True, help="Only tell: no branch, no lock, nothing pushed, nothing remembered.")
@reporting_options
@fork_options
def sync(
    fork: Fork,
    reporting: Reporting,
    pattern: str | None,
    remote: str | None,
    wanted: tuple[str, ...],
    no_regenerate: bool,
    depth: str,
    dry_run: bool,
) -> None:
    """Check upstream, apply the queue to every release and tip of its lanes, name culprits, verify, and report it all.

    With --push a lane's branch is updated when it changed, and never over commits that are not mxfork's.
    """
    if (pattern is None) != (remote is None):
        raise click.UsageError("--push and --remote go together: the branch, and where it is")
    configuration = fork.configuration
    with fork.setting(wanted=wanted, regenerate=not no_regenerate, refresh=True) as (setting, store):
        night = spend_night(configuration, setting, _depth(depth, no_regenerate), fork.progress, write=not dry_run)
        looked = look(
            configuration, setting.repository, fork.progress, complete=fork.upstream is None, write=not dry_run
        )
        pushes = push_lanes(store.objects, night.runs, remote, pattern, dry_run=dry_run) if remote and pattern else ()
    report = night_report(looked, night, pushes, configuration.url)
    publish(report, reporting, catalogue())
    if not night.completed:
        sys.exit(ExitCode.COULD_NOT_COMPLETE)
    sys.exit(exit_code(report, reporting.fail_on) if night.applies else ExitCode.QUEUE_DOES_NOT_APPLY)


def _depth(named: str, no_regenerate: bool) -> Depth | None:
    """Translate --verify; a tree that lacks what generators make is not what the checks are written for."""
    if named == "none" or no_regenerate:
        return None
    deep = named != "trees"
    return Depth(trust=deep, build=deep, tests=named == "tests")

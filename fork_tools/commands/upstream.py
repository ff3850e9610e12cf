"""`mxfork upstream`: what upstream released, and what of it matters to MXJob."""

from __future__ import annotations

import json

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.upstream import seen
from fork_tools.upstream.changes import changes as changes_between
from fork_tools.upstream.lanes import in_lane
from fork_tools.upstream.lanes import releases as sorted_out
from fork_tools.upstream.ledger import read_ledger
from fork_tools.upstream.looking import look
from fork_tools.upstream.rules import BY_ID
from fork_tools.upstream.survey import lane_end
from fork_tools.upstream.tables import changes_document, changes_table, releases_document, releases_table

_CHECK_EXAMPLES = """\b
Examples:
  mxfork upstream check
  mxfork upstream check --output-file check.json --output-file check.md
  mxfork upstream check --upstream ../trainer --offline
"""
_CHANGES_EXAMPLES = """\b
Examples:
  mxfork upstream changes v1.8.1 v1.9.4
  mxfork upstream changes v1.9.3 release-1.9 --path 'pkg/webhooks/**'
"""
_output = click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def upstream() -> None:
    """Follow upstream's releases, lane by lane."""


@upstream.command(epilog=_CHECK_EXAMPLES)
@click.option("--accept", "accepted", multiple=True, metavar="TAG", help="Take a tag that moved as it is now.")
@reporting_options
@fork_options
def check(fork: Fork, reporting: Reporting, accepted: tuple[str, ...]) -> None:
    """Fetch, and say what is new and what needs work; exit with 1 when something does.

    That is: a release that the queue was not applied to, a watched commit that patches/ledger.yaml does not know,
    a tag that moved.
    """
    repository, complete = fork.repository(refresh=True), fork.upstream is None
    report = look(fork.configuration, repository, fork.progress, accepted=accepted, complete=complete)
    finish(report, reporting, BY_ID)


@upstream.command(epilog="\b\nExample:\n  mxfork upstream releases --rejected")
@click.option("--rejected", is_flag=True, help="List the tags that belong to no lane, with the reason.")
@_output
@fork_options
def releases(fork: Fork, rejected: bool, output: str) -> None:
    """List the releases of every lane, the oldest first."""
    configuration, repository = fork.configuration, fork.repository()
    found = sorted_out(configuration, repository.tags())
    ends = {lane.name: lane_end(repository, lane, in_lane(found, lane.name)) for lane in configuration.lanes}
    carried = seen.read_locked(configuration.patches)
    if output == "json":
        click.echo(json.dumps(releases_document(configuration, found, ends, carried), indent=2))
    else:
        click.echo("\n".join(releases_table(configuration, found, ends, carried, rejected=rejected)))


@upstream.command(epilog=_CHANGES_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option("--path", "patterns", multiple=True, metavar="GLOB", help="Paths to look at; ** crosses folders.")
@click.option("--watched", is_flag=True, help="The paths of patches/fork.toml; the default without --path.")
@click.option("--every", is_flag=True, help="All paths.")
@_output
@fork_options
def changes(fork: Fork, old: str, new: str, patterns: tuple[str, ...], watched: bool, every: bool, output: str) -> None:
    """List the commits from OLD to NEW on the paths that matter, and what the port ledger says of each."""
    if sum((bool(patterns), watched, every)) > 1:
        raise click.UsageError("--path, --watched and --every exclude each other")
    configuration = fork.configuration
    looked_at = () if every else patterns or configuration.watch
    found = changes_between(fork.repository(), old, new, looked_at)
    ledger = read_ledger(configuration.patches)
    if output == "json":
        click.echo(json.dumps(changes_document(found, ledger, configuration.url), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(changes_table(found, ledger)))

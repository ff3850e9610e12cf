"""`mxfork queue culprit` and `predict`: the upstream commit behind a broken step, after a release and before it."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.queue.culprit.reporting import culprit_report, prediction_report
from fork_tools.queue.culprit.rules import BY_ID
from fork_tools.queue.culprit.survey import diagnose, newest_releases
from fork_tools.queue.culprit.survey import predict as predict_tips
from fork_tools.queue.target import choose


@click.command(
    epilog="""\b
Examples:
  mxfork queue culprit
  mxfork queue culprit crd-entry --to v1.9.0
"""
)
@click.argument("step", required=False)
@click.option("--to", metavar="TAG", help="A release, branch or commit; default: the newest release of each lane.")
@click.option("--lane", metavar="LANE", help="All releases of a lane.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@reporting_options
@fork_options
def culprit(
    fork: Fork, reporting: Reporting, step: str | None, to: str | None, lane: str | None, wanted: tuple[str, ...]
) -> None:
    """Name the first upstream commit that broke each step, path and hunk.

    Without STEP: every step that does not go in exactly as it is written. The search walks upstream's first-parent
    history and looks at both neighbours of what it finds; what was mended in between is told, too.
    """
    if to and lane:
        raise click.UsageError("--to and --lane exclude each other")
    with fork.setting(wanted=wanted, regenerate=False) as (setting, _):
        if to or lane:
            targets = choose(fork.configuration, setting.repository, to=to, lane=lane, every=False)
        else:
            targets = newest_releases(fork.configuration, setting.repository)
        names = (step,) if step else ()
        found = diagnose(setting, targets, fork.configuration.lanes, names, fork.progress)
    parts = ["mxfork queue culprit", step, f"--to {to}" if to else None, f"--lane {lane}" if lane else None]
    command = " ".join(filter(None, parts))
    finish(culprit_report(found, fork.configuration.url, (command,)), reporting, BY_ID)


@click.command(
    epilog="""\b
Examples:
  mxfork queue predict
  mxfork queue predict --ref release-1.9 --ref master
"""
)
@click.option("--ref", "refs", multiple=True, metavar="REF", help="A branch or commit; default: the lanes' branches.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@reporting_options
@fork_options
def predict(fork: Fork, reporting: Reporting, refs: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Try the queue on what upstream has not released yet: what will break, since which commit, known for how long."""
    with fork.setting(wanted=wanted, regenerate=False) as (setting, _):
        found = predict_tips(fork.configuration, setting, refs, fork.progress)
    command = " ".join(("mxfork queue predict", *(f"--ref {ref}" for ref in refs)))
    finish(prediction_report(found, fork.configuration.url, datetime.now(UTC), (command,)), reporting, BY_ID)

"""`mxfork conformance`: whether a controller does what v1.8.1 did."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fork_tools.atomic_file import write_text
from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.compat.rules import catalogue
from fork_tools.errors import MxforkError
from fork_tools.progress import progress_on

if TYPE_CHECKING:
    from fork_tools.compat.conformance.run import Run

_EXAMPLES = """\b
Examples:
  mxfork cluster up && mxjob-controller --kubeconfig .cluster/kubeconfig &
  mxfork conformance --kubeconfig .cluster/kubeconfig
  mxfork conformance --kubeconfig … --scenario dist-success --scenario tune
  mxfork conformance --kubeconfig … --feature Volcano --report conformance.yaml --project our-fork --version v1.9.4
  mxfork conformance --kubeconfig … record scenario.yaml     writes scenario.json beside it
"""


@click.group(
    invoke_without_command=True, short_help="Replay what v1.8.1 did on whichever controller runs.", epilog=_EXAMPLES
)
@click.option("--kubeconfig", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Default: as kubectl.")
@click.option("--context", help="A context of the kubeconfig; default: the current one.")
@click.option("--namespace", help="Play in this namespace; default: a new one for each scenario.")
@click.option("--timeout", type=click.FloatRange(min=1), default=30, show_default=True, help="Seconds a step may take.")
@click.option("--scenario", "names", multiple=True, help="Only this one; may be given several times.")
@click.option("--feature", "features", multiple=True, help="A feature that the controller claims (Volcano, …).")
@click.option("--report", "document", type=click.Path(dir_okay=False, path_type=Path), help="Write a YAML report here.")
@click.option("--project", default="unknown", show_default=True, help="Whose controller it is, for --report.")
@click.option("--version", "version", default="unknown", show_default=True, help="Its version, for --report.")
@reporting_options
@click.pass_context
def conformance(
    context_of_click: click.Context,
    kubeconfig: Path | None,
    context: str | None,
    namespace: str | None,
    timeout: float,
    names: tuple[str, ...],
    features: tuple[str, ...],
    document: Path | None,
    project: str,
    version: str,
    reporting: Reporting,
) -> None:
    """Play scenarios on a cluster and compare what the controller there makes of them with recordings of v1.8.1.

    The cluster must have no nodes (mxfork cluster up), because the pods are played by writing their status.
    """
    # The Kubernetes client takes a second to load, which no other command should wait for.
    from fork_tools.api_server import connect
    from fork_tools.compat.conformance.gateway_style import conformance_document
    from fork_tools.compat.conformance.player import Pace
    from fork_tools.compat.conformance.run import Run, conformance_report, require_playable
    from fork_tools.compat.conformance.scenario import shipped

    scenarios = shipped()
    known = {scenario.name for scenario in scenarios}, {scenario.feature for scenario in scenarios} - {""}
    for given, allowed, what in ((names, known[0], "scenario"), (features, known[1], "feature")):
        for name in set(given) - allowed:
            raise click.UsageError(f"there is no {what} {name}: {', '.join(sorted(allowed))}")
    run = Run(connect(kubeconfig, context), Pace(timeout), namespace)
    require_playable(run.api)
    if context_of_click.invoked_subcommand:
        context_of_click.obj = run
        return
    chosen = tuple(scenario for scenario in scenarios if not names or scenario.name in names)
    with progress_on(sys.stderr).task("playing", logged=True) as detail:
        report = conformance_report(run, chosen, frozenset(features), detail)
    report = replace(report, reproduce=(_again(sys.argv),))
    if document:
        implementation = {"project": project, "version": version}
        write_text(document, conformance_document(report, chosen, implementation, datetime.now(UTC)))
    finish(report, reporting, catalogue())


@conformance.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a recording that is there.")
@click.pass_obj
def record(run: Run, scenario: Path, force: bool) -> None:
    """Play SCENARIO (YAML: name, job, steps) on the controller there, and write what it made of it beside it."""
    from fork_tools.compat.conformance.player import NotReachedError
    from fork_tools.compat.conformance.run import record as play
    from fork_tools.compat.conformance.scenario import load

    target = scenario.with_suffix(".json")
    if target.exists() and not force:
        raise click.UsageError(f"{target} exists: add --force to replace it")
    with progress_on(sys.stderr).task(f"recording {scenario.stem}"):
        try:
            snapshots = play(run, load(scenario))
        except NotReachedError as error:
            raise MxforkError(
                f"{scenario} could not be played to its end",
                facts=(("because", str(error)), ("so", "nothing was written")),
                next_step="correct its steps, or see what the controller's log says",
            ) from error
    write_text(target, json.dumps(snapshots, indent=1, sort_keys=True) + "\n")
    click.echo(f"{target}: {', '.join(snapshots)}")


def _again(arguments: list[str]) -> str:
    return " ".join(["mxfork", *arguments[1:]])

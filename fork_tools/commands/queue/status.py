"""`mxfork queue status` and `diff`: the queue at a glance, and between two releases."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from fork_tools.atomic_file import write_text
from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.queue.apply import ended_as
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.apply import apply_queue
from fork_tools.queue.lock import LockedRelease
from fork_tools.queue.locking import read_lock
from fork_tools.queue.status.page import render_page
from fork_tools.queue.status.table import Table, of_lock, of_runs, render_text
from fork_tools.queue.target import choose

_STATUS_EXAMPLES = """\b
Examples:
  mxfork queue status
  mxfork queue status --try --html status.html
  mxfork queue status --output json
"""
_DIFF_EXAMPLES = """\b
Examples:
  mxfork queue diff v1.9.0 v1.9.4
"""


@click.command(epilog=_STATUS_EXAMPLES)
@click.option("--try", "again", is_flag=True, help="Apply the queue to every release now, without its generators.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a heat map here, too.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@fork_options
def status(fork: Fork, again: bool, page: Path | None, output: str) -> None:
    """Show each step's class on each release: what patches/fork.lock says, or with --try how it is today.

    The lock only knows releases that all of the queue applied to. JSON is a list of objects with release, step, class.
    """
    order = [step.name for step in fork.queue().steps]
    code = ExitCode.WELL
    if again:
        with fork.setting(regenerate=False) as (setting, _):
            targets = choose(fork.configuration, setting.repository, to=None, lane=None, every=True)
            runs = [apply_queue(setting, target, fork.progress) for target in targets]
        table, code = of_runs(runs, order), ended_as(runs, ExitCode.WELL)
    else:
        table = of_lock(_locked(fork), order)
    if page is not None:
        write_text(page, render_page(table))
    click.echo(_json(table) if output == "json" else render_text(table), nl=False)
    sys.exit(code)


@click.command(epilog=_DIFF_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@fork_options
def diff(fork: Fork, old: str, new: str, wanted: tuple[str, ...]) -> None:
    """Compare what the queue does on release OLD with what it does on NEW, step by step (git range-diff).

    `=` is a step that does the same, `!` one that does something else, with the difference of the two differences; `<`
    and `>` are steps that only one of the releases gets. Generators are left out.
    """
    with fork.setting(wanted=wanted, regenerate=False) as (setting, store):
        targets = [
            choose(fork.configuration, setting.repository, to=to, lane=None, every=False)[0] for to in (old, new)
        ]
        runs = [apply_queue(setting, target, fork.progress) for target in targets]
        ranges = [f"{run.target.commit}..{run.commit}" for run in runs]
        compared = store.objects.git("range-diff", "--no-color", "--creation-factor=90", *ranges)
    click.echo(compared.decode("utf-8", "replace"), nl=False)
    sys.exit(ended_as(runs, ExitCode.WELL))


def _locked(fork: Fork) -> dict[str, LockedRelease]:
    known = read_lock(fork.patches)
    if known is None:
        raise MxforkError(
            "there is no patches/fork.lock yet",
            next_step="mxfork queue status --try, or mxfork queue apply --all",
            exit_code=ExitCode.WRONG_USE,
        )
    return dict(known.releases)


def _json(table: Table) -> str:
    rows = [
        {"release": release, "step": step, "class": table.cell(release, step)}
        for release in table.releases
        for step in table.steps
    ]
    return json.dumps(rows, indent=2) + "\n"

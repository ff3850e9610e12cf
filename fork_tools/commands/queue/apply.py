"""`mxfork queue apply`: the patch queue on upstream's releases."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.reporting import Reporting, exit_code, publish, reporting_options
from fork_tools.errors import ExitCode
from fork_tools.queue.apply import Run, apply_queue
from fork_tools.queue.checkout import refuse_used
from fork_tools.queue.locking import locked
from fork_tools.queue.publish import keep_lock, keep_refs, leave_worktree
from fork_tools.queue.reporting import report_runs
from fork_tools.queue.rules import BY_ID
from fork_tools.queue.target import choose

_APPLY_EXAMPLES = """\b
Examples:
  mxfork queue apply --to v1.9.4 --worktree ../trainer-v1.9.4
  mxfork queue apply --all --dry-run --no-regenerate
  mxfork queue apply --lane 1.x --with gang-scheduling --output-file apply.json
\b
Exit codes: 0 every step is in the tree, 3 one is not, 4 one could not be tried to its end, 2 wrong use.
"""


@click.command(epilog=_APPLY_EXAMPLES)
@click.option("--to", metavar="TAG", help="A release, for example v1.9.4; a branch or commit of upstream's will do.")
@click.option("--lane", metavar="LANE", help="Every release of this lane, and its branches' tips.")
@click.option("--all", "every", is_flag=True, help="Every release of the lanes whose mode is apply, and their tips.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@click.option(
    "--worktree",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Leave the patched tree here, as a clone with one commit a step.",
)
@click.option("--dry-run", is_flag=True, help="Only tell: no branch, no tag, no lock.")
@click.option("--no-regenerate", is_flag=True, help="Leave the generators out: seconds instead of minutes.")
@reporting_options
@fork_options
def apply(
    fork: Fork,
    reporting: Reporting,
    to: str | None,
    lane: str | None,
    every: bool,
    wanted: tuple[str, ...],
    worktree: Path | None,
    dry_run: bool,
    no_regenerate: bool,
) -> None:
    """Apply the queue to upstream releases: every step is tried, and each one's fate told in one word.

    It happens in a private clone; neither this repository nor the clone of upstream is touched. When all of it
    applies, patches/fork.lock says what came out.
    """
    require_one_choice(to, lane, every)
    if worktree is not None:
        if to is None:
            raise click.UsageError("--worktree goes with --to: one folder for one release")
        refuse_used(worktree)
    with fork.setting(wanted=wanted, regenerate=not no_regenerate) as (setting, store):
        targets = choose(fork.configuration, setting.repository, to=to, lane=lane, every=every)
        runs = [apply_queue(setting, target, fork.progress) for target in targets]
        if not dry_run:
            for run in runs:
                keep_refs(store.objects, run)
            keep_lock(fork.patches, locked(runs, store.objects, setting.queue, fork.patches, wanted))
            if worktree is not None:
                leave_worktree(store.objects, setting.repository, runs[0], worktree)
    report = report_runs(runs, _reproduce(to, lane, wanted, no_regenerate=no_regenerate), notes=reporting.by_machine)
    publish(report, reporting, BY_ID)
    sys.exit(ended_as(runs, exit_code(report, reporting.fail_on)))


def require_one_choice(to: str | None, lane: str | None, every: bool) -> None:
    """Raise unless exactly one of them says what the queue is for."""
    if sum((to is not None, lane is not None, every)) != 1:
        raise click.UsageError("say what to apply to: --to TAG, --lane LANE or --all")


def ended_as(runs: list[Run], otherwise: ExitCode) -> ExitCode:
    """Decide how a command on runs of the queue ends: a queue that does not apply comes before any finding."""
    if not all(run.completed for run in runs):
        return ExitCode.COULD_NOT_COMPLETE
    if not all(run.applies for run in runs):
        return ExitCode.QUEUE_DOES_NOT_APPLY
    return otherwise


def _reproduce(to: str | None, lane: str | None, wanted: tuple[str, ...], *, no_regenerate: bool) -> tuple[str, ...]:
    choice = f"--to {to}" if to else f"--lane {lane}" if lane else "--all"
    options = "".join(f" --with {name}" for name in wanted) + (" --no-regenerate" if no_regenerate else "")
    return (f"mxfork queue apply {choice}{options}",)

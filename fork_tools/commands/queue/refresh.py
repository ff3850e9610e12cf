"""`mxfork queue refresh`: patches as they stand on a newer release."""

from __future__ import annotations

import click

from fork_tools.atomic_file import write_bytes
from fork_tools.commands.fork import Fork, fork_options
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.apply import apply_queue
from fork_tools.queue.refresh import Difference, refreshed
from fork_tools.queue.target import choose

_EXAMPLES = """\b
Examples:
  mxfork queue refresh --to v1.9.4
  mxfork queue refresh flag-help --to v1.9.4 --dry-run
"""


@click.command(epilog=_EXAMPLES)
@click.argument("steps", nargs=-1, metavar="[STEP]...")
@click.option("--to", required=True, metavar="TAG", help="The release whose lines and context the patches are to have.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be written.")
@fork_options
def refresh(fork: Fork, steps: tuple[str, ...], to: str, wanted: tuple[str, ...], dry_run: bool) -> None:
    """Write the patches of STEPs (default: all) anew where they apply to a release only with an offset or by a merge.

    Headers stay, and a patch that applies as it is written stays to the byte. What the lines come to is told: context
    only, or the change itself. A patch with overrides keeps those.
    """
    queue = fork.queue()
    names = {queue.named(name).name for name in steps}
    with fork.setting(wanted=wanted, regenerate=False) as (setting, store):
        (target,) = choose(fork.configuration, setting.repository, to=to, lane=None, every=False)
        run = apply_queue(setting, target, fork.progress)
        chosen = [
            tried for tried in run.steps if tried.step.kind == "patch" and (not names or tried.step.name in names)
        ]
        bad = [tried.result for tried in chosen if not tried.result.holds]
        if bad:
            raise MxforkError(
                f"{bad[0].name} is {bad[0].label} on {target.name}: {bad[0].message}",
                facts=(("so", "no patch was written"),),
                next_step=f"mxfork queue culprit {bad[0].name} --to {target.name}",
                exit_code=ExitCode.QUEUE_DOES_NOT_APPLY,
            )
        for tried in chosen:
            file = fork.patches / next((o.file for o, step in queue.overrides if step is tried.step), tried.step.path)
            if tried.commit is None:
                continue
            made = refreshed(store.objects, file.read_bytes(), tried.commit, tried.result.step_class)
            if made.difference is not Difference.NONE and not dry_run:
                write_bytes(file, made.content)
            click.echo(f"{tried.step.name}: {made.difference}")

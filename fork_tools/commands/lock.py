"""`mxfork lock`: whether the trees that patches/fork.lock names can be made again."""

from __future__ import annotations

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.lock_verify import verify_lock
from fork_tools.queue.locking import read_lock
from fork_tools.queue.rules import BY_ID

_EXAMPLES = """\b
Examples:
  mxfork lock verify
  mxfork lock verify --to v1.9.4 --no-regenerate --offline
"""


@click.group()
def lock() -> None:
    """Prove what patches/fork.lock says."""


@lock.command(epilog=_EXAMPLES)
@click.option("--to", "names", multiple=True, metavar="TAG", help="Only this release; may be given several times.")
@click.option("--no-regenerate", is_flag=True, help="Leave the generators out; the tree before them is compared.")
@reporting_options
@fork_options
def verify(fork: Fork, reporting: Reporting, names: tuple[str, ...], no_regenerate: bool) -> None:
    """Make every locked release again, from nothing but the queue and upstream, and compare to the byte.

    Nothing is fetched, and no object that an earlier run left is used.
    """
    known = read_lock(fork.patches)
    if known is None:
        raise MxforkError(
            "there is no patches/fork.lock",
            next_step="mxfork queue apply --all    writes it",
            exit_code=ExitCode.WRONG_USE,
        )
    report = verify_lock(
        fork.configuration,
        fork.queue(),
        fork.repository(),
        known,
        names=names,
        regenerate=not no_regenerate,
        progress=fork.progress,
    )
    finish(report, reporting, BY_ID)

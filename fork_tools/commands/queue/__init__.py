"""`mxfork queue`: the patch queue, one file a verb."""

from __future__ import annotations

import click

from fork_tools.commands.queue.apply import apply
from fork_tools.commands.queue.lint import lint_queue
from fork_tools.commands.queue.refresh import refresh
from fork_tools.commands.queue.status import diff, status
from fork_tools.commands.queue.verify import verify


@click.group()
def queue() -> None:
    """Carry the patch queue onto upstream's releases."""


for _verb in (apply, diff, lint_queue, refresh, status, verify):
    queue.add_command(_verb)

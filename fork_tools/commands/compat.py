"""`mxfork compat`: is this still compatible? One verb a check."""

from __future__ import annotations

import click

from fork_tools.commands.compat_checks import COMMANDS, compare_all
from fork_tools.commands.compat_crd import crd


@click.group()
def compat() -> None:
    """Compare two versions: one word, and findings with proof."""


compat.add_command(compare_all)
compat.add_command(crd)
for _command in COMMANDS:
    compat.add_command(_command)

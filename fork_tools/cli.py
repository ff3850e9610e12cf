"""The `mxfork` command: finds the verb, and turns an error into a message and an exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from fork_tools.commands.cluster import cluster
from fork_tools.commands.compat import compat
from fork_tools.commands.conformance import conformance
from fork_tools.commands.crd import crd
from fork_tools.commands.culprit import culprit, predict
from fork_tools.commands.demo import demo
from fork_tools.commands.doctor import doctor
from fork_tools.commands.explain import explain
from fork_tools.commands.ledger import ledger
from fork_tools.commands.lock import lock
from fork_tools.commands.queue import queue
from fork_tools.commands.release import release
from fork_tools.commands.schema import schema
from fork_tools.commands.sync import sync
from fork_tools.commands.upstream import upstream
from fork_tools.errors import ExitCode, MxforkError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 well, 1 findings, 2 wrong use, 3 the patch queue does not apply, 4 could not complete.",
)
@click.version_option(package_name="mxjob-fork-kit")
def mxfork() -> None:
    """Keep MXJob alive after Kubeflow removed it."""


mxfork.add_command(cluster)
mxfork.add_command(conformance)
mxfork.add_command(compat)
mxfork.add_command(crd)
mxfork.add_command(demo)
mxfork.add_command(doctor)
mxfork.add_command(ledger)
mxfork.add_command(upstream)
mxfork.add_command(explain)
mxfork.add_command(lock)
queue.add_command(culprit)
queue.add_command(predict)
mxfork.add_command(queue)
mxfork.add_command(release)
mxfork.add_command(schema)
mxfork.add_command(sync)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `mxfork` with `arguments` (the process's own by default) and exit with a documented code."""
    _let_every_ending_be_an_interrupt()
    try:
        mxfork.main(args=arguments, prog_name="mxfork", standalone_mode=False)
    except MxforkError as error:
        _fail(error)
    except OSError as error:
        _fail(MxforkError(str(error), next_step="see to that path or program, then run the command again"))
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)


def _let_every_ending_be_an_interrupt() -> None:
    """Let a CI job that is cancelled, or a terminal that is closed, leave as little behind as Ctrl-C."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup a command is to outlive its terminal.
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, signal.default_int_handler)


def _fail(error: MxforkError) -> NoReturn:
    click.echo(f"{click.style('error:', fg='red')} {error}", err=True)
    sys.exit(error.exit_code)

"""`mxfork ledger`: what the fork made of upstream's commits."""

from __future__ import annotations

import json

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.ledger import Entry, Status, mark, read_ledger
from fork_tools.upstream.proof import missing_commit, missing_test
from fork_tools.upstream.tables import ledger_document, ledger_table

_MARK_EXAMPLES = """\b
Examples:
  mxfork ledger mark 8e41c03c1 ported --test tests/unit/test_ending.py::test_clean_up --reason "Kept by policy."
  mxfork ledger mark 374e88af2 not-applicable --reason "Types of the Go client."
"""


@click.group()
def ledger() -> None:
    """Record what became of upstream's commits here: ported, not applicable, or pending."""


@ledger.command("list", epilog="\b\nExample:\n  mxfork ledger list --status pending")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only these.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@fork_options
def list_(fork: Fork, status: str | None, output: str) -> None:
    """List the classified commits, in the order of patches/ledger.yaml."""
    entries = [entry for entry in read_ledger(fork.patches).entries if status in (None, entry.status.value)]
    if output == "json":
        click.echo(json.dumps(ledger_document(entries), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(ledger_table(entries)) if entries else "nothing is classified")


@ledger.command("mark", epilog=_MARK_EXAMPLES)
@click.argument("commit")
@click.argument("status", type=click.Choice([status.value for status in Status]))
@click.option("--reason", required=True, help="What was ported, or why it need not be; one or two sentences.")
@click.option("--test", "tests", multiple=True, metavar="FILE::NAME", help="A test that shows it; may be repeated.")
@click.option("--ours", default="", metavar="COMMIT", help="The commit of ours that brought it.")
@click.option("--also", multiple=True, metavar="COMMIT", help="The same change on another branch; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Only check what was given.")
@fork_options
def mark_(
    fork: Fork,
    commit: str,
    status: str,
    reason: str,
    tests: tuple[str, ...],
    ours: str,
    also: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Classify an upstream COMMIT as ported, not-applicable or pending; comments and order of the file stay.

    The commit has to be upstream's, a named test has to exist, and a port needs one.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty: say what was ported, or why it need not be")
    if status == Status.PORTED and not tests:
        raise click.UsageError("a port is shown by a test: name it with --test FILE::NAME")
    root = fork.configuration.root
    complaints = [*(missing_test(root, test) for test in tests), missing_commit(root, ours) if ours else None]
    for complaint in filter(None, complaints):
        raise MxforkError(complaint, next_step="name one that is there", exit_code=ExitCode.WRONG_USE)
    repository = fork.repository()
    meant = repository.commit(commit)
    others = tuple(repository.resolve(name) for name in also)
    entry = Entry(meant.id, Status(status), reason.strip(), meant.subject, ours, tests, others)
    if dry_run:
        click.echo(f"would mark {meant.short} {meant.subject} as {status}")
        return
    fresh = mark(fork.patches, entry)
    click.echo(f"{'added' if fresh else 'changed'} {meant.short} {meant.subject}: {status}")

"""`mxfork schema`: the JSON Schemas of what `mxfork` prints for scripts."""

from __future__ import annotations

import click

from fork_tools import schemas


@click.command(
    epilog="""\b
Examples:
  mxfork schema report                      of every command with --output json
  mxfork schema report > report.schema.json
"""
)
@click.argument("name", type=click.Choice(schemas.names()), default="report")
def schema(name: str) -> None:
    """Print the JSON Schema of a document that mxfork writes."""
    click.echo(schemas.text(name), nl=False)

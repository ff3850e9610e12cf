"""`mxfork explain`: what is behind a rule."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator

import click

from fork_tools.compat.rules import catalogue
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.rule import Rule

_WIDTH = 100


@click.command(
    epilog="""\b
Examples:
  mxfork explain                        all rules
  mxfork explain crd                    those of one check
  mxfork explain rbac/permission-lost   why it matters, how to fix it, how to waive it
"""
)
@click.argument("rule", default="")
def explain(rule: str) -> None:
    """Explain a RULE: why it matters, how to fix what it found, how to waive it. Without RULE: list all."""
    rules = catalogue()
    if rule in rules:
        click.echo("\n".join(_explanation(rules[rule])))
        return
    listed = [entry for entry in rules.values() if not rule or entry.id.startswith(f"{rule.rstrip('/')}/")]
    if not listed:
        raise _unknown(rule, list(rules))
    width = max(len(entry.id) for entry in listed)
    for entry in listed:
        click.echo(f"{entry.id:<{width}}  {entry.level.label:<7}  {entry.title}")


def _explanation(rule: Rule) -> Iterator[str]:
    yield f"{rule.id}: {rule.title} ({rule.level.label})"
    for heading, text in (("Why it matters", rule.why), ("How to fix it", rule.fix)):
        yield ""
        yield heading
        yield textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield "How to waive it, in patches/waivers.toml"
    yield "  [[waiver]]"
    yield f'  rule = "{rule.id}"'
    yield '  path = "the finding\'s subject; * stands for anything"'
    yield '  reason = "why it is acceptable"'
    yield '  owner = "who answers for it"'
    yield "  expires = 2027-01-31"
    yield '  versions = ">=1.9,<2"  # optional: only in comparisons with these upstream releases'


def _unknown(rule: str, known: list[str]) -> MxforkError:
    near = difflib.get_close_matches(rule, known, n=1)
    return MxforkError(
        f"there is no rule {rule}",
        next_step=f"mxfork explain {near[0]}" if near else "mxfork explain    (lists them all)",
        exit_code=ExitCode.WRONG_USE,
    )

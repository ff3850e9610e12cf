"""What a check may report, `mxfork explain` explains."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner

from fork_tools.commands.explain import explain
from fork_tools.compat.rules import catalogue
from fork_tools.errors import MxforkError
from fork_tools.report.rule import Rule

SOURCES = Path(__file__).parents[4] / "fork_tools"


def literal_rules() -> list[object]:
    """Find the ids that sources give to a `Finding` or a `Rule` as text."""
    return [
        pytest.param(call.args[0].value, id=f"{path.name}: {call.args[0].value!s}")
        for path in sorted(SOURCES.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("Finding", "Rule")
        if call.args and isinstance(call.args[0], ast.Constant) and "/" in str(call.args[0].value)
    ]


@pytest.mark.parametrize("rule", literal_rules())
def test_a_rule_that_the_sources_name_is_in_the_catalogue(rule: str) -> None:
    assert rule in catalogue()


@pytest.mark.parametrize("rule", catalogue().values(), ids=list(catalogue()))
def test_a_rule_is_explained_in_full(rule: Rule) -> None:
    result = CliRunner().invoke(explain, [rule.id])
    assert result.exit_code == 0
    assert all(text.strip() for text in (rule.title, rule.why, rule.fix))
    for heading in ("Why it matters", "How to fix it", "How to waive it"):
        assert heading in result.output
    assert f'rule = "{rule.id}"' in result.output


def test_without_a_rule_all_are_listed_and_a_kind_lists_its_own() -> None:
    assert len(CliRunner().invoke(explain).output.splitlines()) == len(catalogue())
    lines = CliRunner().invoke(explain, ["waiver"]).output.splitlines()
    assert [line.split()[0] for line in lines] == ["waiver/expired", "waiver/unused"]


def test_a_misspelt_rule_leads_to_its_neighbour() -> None:
    error = CliRunner().invoke(explain, ["waiver/unusd"]).exception
    assert isinstance(error, MxforkError)
    assert (error.exit_code, error.next_step) == (2, "mxfork explain waiver/unused")

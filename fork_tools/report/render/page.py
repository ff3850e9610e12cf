"""One HTML file that holds everything: styles, the search, the findings in groups. It loads nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import jinja2

from fork_tools.report.finding import Finding
from fork_tools.report.report import Report
from fork_tools.report.rule import Rule
from fork_tools.report.wording import plural, tally

_PAGE = jinja2.Environment(
    loader=jinja2.PackageLoader("fork_tools.report.render", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class _Group:
    level: str
    rule: str
    text: Rule | None
    findings: tuple[Finding, ...]


def render_html(report: Report, rules: Mapping[str, Rule]) -> str:
    """Write the page; findings are grouped by level and rule, gravest first, those waived last."""
    _PAGE.filters["json"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False, default=str)
    _PAGE.globals["plural"] = plural
    page = _PAGE.get_template("report.html")
    return page.render(report=report, tally=tally(report), groups=_groups(report, rules)) + "\n"


def _groups(report: Report, rules: Mapping[str, Rule]) -> list[_Group]:
    ordered = sorted(report.findings(), key=lambda found: (_rank(found), found.rule, found.subject))
    return [
        _Group(label, rule, rules.get(rule), tuple(findings))
        for (_, label, rule), findings in groupby(ordered, key=lambda found: (_rank(found), _label(found), found.rule))
    ]


def _rank(finding: Finding) -> int:
    return 1 if finding.suppression else -finding.level


def _label(finding: Finding) -> str:
    return "waived" if finding.suppression else finding.level.label

"""From a report to its text in one of the forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fork_tools.report.render.document import render_json
from fork_tools.report.render.form import Form
from fork_tools.report.render.junit import render_junit
from fork_tools.report.render.markdown import render_markdown
from fork_tools.report.render.page import render_html
from fork_tools.report.render.sarif import render_sarif
from fork_tools.report.render.text import render_text
from fork_tools.report.report import Report
from fork_tools.report.rule import Rule

_NO_RULES: Mapping[str, Rule] = MappingProxyType({})
_RENDERERS: Mapping[Form, Callable[[Report], str]] = {
    Form.TEXT: render_text,
    Form.JSON: render_json,
    Form.JUNIT: render_junit,
    Form.MARKDOWN: render_markdown,
}


def render(report: Report, form: Form, rules: Mapping[str, Rule] = _NO_RULES) -> str:
    """Write `report` in a form; it ends with a line feed.

    `rules` by their ids explain the findings where the form has room for it (SARIF, HTML).
    """
    if form is Form.SARIF:
        return render_sarif(report, rules)
    if form is Form.HTML:
        return render_html(report, rules)
    return _RENDERERS[form](report)

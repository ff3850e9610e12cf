"""The table as one HTML page: a heat map."""

from __future__ import annotations

from jinja2 import Environment

from fork_tools.queue.status.table import Table, heat

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Queue by release</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f23; background: #fff; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d0d7de; padding: .25rem .6rem; text-align: left; white-space: nowrap; }
thead th { position: sticky; top: 0; background: #f6f8fa; }
tbody th { font-weight: 500; }
.none { color: #6e7781; }
.well { background: #d7f2de; }
.look { background: #fff1c2; }
.broken { background: #ffd3ce; font-weight: 600; }
</style>
</head>
<body>
<h1>Queue by release</h1>
<p>From: {{ table.source }}. Green is in the tree, yellow asks for a look, red is not in the tree.</p>
<table>
<thead><tr><th scope="col">step</th>
{%- for release in table.releases %}<th scope="col">{{ release }}</th>{% endfor %}</tr></thead>
<tbody>
{% for step in table.steps -%}
<tr><th scope="row">{{ step }}</th>
{%- for release in table.releases %}{% set label = table.cell(release, step) -%}
<td class="{{ heat(label) }}">{{ label }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody>
</table>
</body>
</html>
"""


def render_page(table: Table) -> str:
    """Write the heat map; every name is escaped, and nothing is loaded from elsewhere."""
    environment = Environment(autoescape=True, keep_trailing_newline=True)
    return environment.from_string(_PAGE).render(table=table, heat=heat)

"""Alerts, runbook and dashboard belong together; whether their metrics exist, a real process tells (tests/cluster)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.alerts.cases import CASES
from tests.monitoring import RUNBOOK, alerts, dashboard_queries, metrics_in

ALERTS = alerts()
ENTRIES = re.findall(r"^## (MX\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_alert_has_its_entry_in_the_runbook_and_no_entry_is_left_over() -> None:
    assert [alert["alert"] for alert in ALERTS] == ENTRIES


def test_every_alert_is_tried_by_make_alerts() -> None:
    assert list(CASES) == [alert["alert"] for alert in ALERTS]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: str(alert["alert"]))
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    assert alert["annotations"].keys() == {"summary", "description", "runbook"}
    assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"
    assert alert["for"], "nobody is woken for a moment"


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_says_what_it_means_how_to_look_and_what_to_do(entry: str) -> None:
    text = RUNBOOK.read_text(encoding="utf-8").split(f"## {entry}\n")[1].split("\n## ")[0]
    assert re.findall(r"^\*\*(\w+)\*\*", text, re.MULTILINE) == ["Means", "Look", "Do"]


def test_links_within_the_runbook_lead_somewhere() -> None:
    anchors = {entry.lower() for entry in ENTRIES}
    assert set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK.read_text(encoding="utf-8"))) <= anchors


@pytest.mark.parametrize("query", [*dashboard_queries(), *(alert["expr"] for alert in ALERTS)])
def test_a_query_is_balanced_and_names_a_metric(query: str) -> None:
    assert metrics_in(query)
    for opening, closing in ("()", "[]", "{}"):
        assert query.count(opening) == query.count(closing)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('sum by (le, pod) (rate(a_b{c="d_e"}[5m]))', {"a_b"}),
        ("absent(up == 1)", {"up"}),
        ("a_total / on (pod) group_left (x_y) b_total", {"a_total", "b_total"}),
        ("label_values(a_b, job_namespace)", {"a_b"}),
    ],
)
def test_metrics_in_a_query(query: str, expected: set[str]) -> None:
    assert metrics_in(query) == expected

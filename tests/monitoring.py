"""What deploy/monitoring holds: alerts, a dashboard, and the metrics they name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml

_REPOSITORY: Final = Path(__file__).parents[1]
RUNBOOK: Final = _REPOSITORY / "docs" / "runbook.md"
_MONITORING: Final = _REPOSITORY / "deploy" / "monitoring"

_NO_METRICS: Final = re.compile(
    r'"[^"]*"'  # strings
    r"|\[[^\]]*\]"  # durations
    r"|\{[^}]*\}"  # matchers
    r"|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
    r"|,\s*job_namespace(?=\))"  # the label that Grafana asks for
)
_WORDS: Final = re.compile(r"\b[a-z_:][a-z0-9_:]*\b(?!\s*\()")
_OPERATORS: Final = frozenset({"and", "or", "unless", "bool", "offset"})


def rule_groups() -> list[dict[str, Any]]:
    """Return the groups of rules as Prometheus itself reads them."""
    rule = yaml.safe_load((_MONITORING / "prometheus-rule.yaml").read_text(encoding="utf-8"))
    return list(rule["spec"]["groups"])


def alerts() -> list[dict[str, Any]]:
    """Return the alerts, in their order."""
    return [alert for group in rule_groups() for alert in group["rules"]]


def dashboard_queries() -> list[str]:
    """Return every query of the dashboard, those of its variables included."""
    dashboard = json.loads((_MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    variables = [each["query"] for each in dashboard["templating"]["list"]]
    return [
        *(each["query"] for each in variables if isinstance(each, dict)),
        *(target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])),
    ]


def metrics_in(query: str) -> set[str]:
    """Return the names of the series that a query reads."""
    return set(_WORDS.findall(_NO_METRICS.sub(" ", query))) - _OPERATORS

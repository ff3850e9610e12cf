"""The comparison in the shape of crdify's JSON, for whoever reads that already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fork_tools.compat.crd.check import Comparison
from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.findings import Levels
from fork_tools.report.finding import Level

_REMOVAL = "existingFieldRemoval"


def render(comparison: Comparison, levels: Levels) -> str:
    """Write errors and warnings, each change by itself; notes and what is off are left out."""
    told = [change for change in comparison.changes if (levels.of(change.rule) or Level.NOTE) >= Level.WARNING]
    whole = [change for change in told if not change.version or _name(change) == _REMOVAL]
    rest = [change for change in told if change not in whole]
    document = {
        "crdValidation": _results(whole, levels),
        "sameVersionValidation": _versions([change for change in rest if " -> " not in change.version], levels),
        "servedVersionValidation": _versions([change for change in rest if " -> " in change.version], levels),
    }
    return json.dumps({key: value for key, value in document.items() if value}, indent=1) + "\n"


def _versions(changes: Iterable[Change], levels: Levels) -> list[dict[str, Any]]:
    versions: dict[str, dict[str, list[Change]]] = {}
    for change in changes:
        versions.setdefault(change.version, {}).setdefault(change.path.crdify, []).append(change)
    return [
        {
            "version": version,
            "propertyComparisons": [
                {"property": path, "comparisonResults": _results(found, levels)} for path, found in properties.items()
            ],
        }
        for version, properties in versions.items()
    ]


def _results(changes: Iterable[Change], levels: Levels) -> list[dict[str, Any]]:
    results: dict[str, dict[str, Any]] = {}
    for change in changes:
        result = results.setdefault(_name(change), {"name": _name(change)})
        kind = "errors" if levels.of(change.rule) is Level.ERROR else "warnings"
        result.setdefault(kind, []).append(_message(change))
    return list(results.values())


def _name(change: Change) -> str:
    return change.rule.crdify or change.rule_id.removeprefix("crd/")


def _message(change: Change) -> str:
    if _name(change) == _REMOVAL:
        return f"version {change.version}, field {change.path.crdify}: {change.message}"
    return change.message

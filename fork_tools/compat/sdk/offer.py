"""An SDK against what the controller offers: the CRD's fields, the labels it sets, the conditions it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from controller.api import constants
from controller.api.status import ConditionType
from fork_tools.compat.sdk import rules
from fork_tools.compat.sdk.reading import SDK
from fork_tools.report.finding import Finding

ROOT: Final = "KubeflowOrgV1MXJob"
_KUBERNETES: Final = re.compile(r"V1|Io[A-Z]|K8s")
_INNER: Final = re.compile(r"(?:dict\(str, |list\[)(\w+)[\])]")
_LABELS: Final = frozenset(
    {
        constants.LABEL_OPERATOR_NAME,
        constants.LABEL_JOB_NAME,
        constants.LABEL_REPLICA_TYPE,
        constants.LABEL_REPLICA_INDEX,
        constants.LABEL_JOB_ROLE,
    }
)


def compare_with_offer(sdk: SDK, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare an SDK with the CRD's openAPIV3Schema and the controller's own names."""
    if ROOT in sdk.models:
        yield from _fields(sdk, ROOT, schema, "")
    else:
        yield rules.MXJOB.finding(ROOT, "the SDK has no model of that name", remedy=rules.MXJOB.fix)
    for name, label in sdk.labels.items():
        if label not in _LABELS:
            yield rules.LABEL.finding(name, f"{label} is not set by the controller")
    for name, condition in sdk.conditions.items():
        if condition not in set(ConditionType):
            yield rules.CONDITION.finding(name, f"{condition} is not set by the controller")


def _fields(sdk: SDK, model: str, schema: Mapping[str, Any], path: str) -> Iterator[Finding]:
    properties = schema.get("properties", {})
    for field, kind in sdk.models[model].items():
        # The API server has its own schema for these.
        if not path and field in ("apiVersion", "kind", "metadata"):
            continue
        inner = _INNER.fullmatch(kind)
        target = inner[1] if inner else kind
        if field not in properties:
            if "x-kubernetes-preserve-unknown-fields" not in schema:
                yield rules.FIELD.finding(f"{path}.{field}", f"{model} sets it, and the CRD does not have it")
        elif target in sdk.models and not _KUBERNETES.match(target):
            yield from _fields(sdk, target, _below(properties[field], kind), f"{path}.{field}")
    known = sdk.models[model].keys()
    for field in sorted(properties.keys() - known):
        yield rules.FIELD_UNKNOWN.finding(f"{path}.{field}", f"{model} does not have it")


def _below(schema: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    if kind.startswith("dict("):
        return dict(schema.get("additionalProperties") or {})
    return dict(schema.get("items") or {}) if kind.startswith("list[") else schema

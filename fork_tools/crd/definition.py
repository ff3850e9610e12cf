"""The MXJob CustomResourceDefinition, put together from our fields and Kubernetes' pod template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from controller.api.constants import CRD_NAME, GROUP, KIND, PLURAL, SCHEDULER, SERVER, SINGULAR, TUNER, VERSION, WORKER
from fork_tools.crd.fields import mxjob
from fork_tools.crd.structural import structural_schema

_POD_TEMPLATE: Final = "io.k8s.api.core.v1.PodTemplateSpec"
_LABEL_SELECTOR: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"
_WIDE: Final = 1


def custom_resource_definition(document: Mapping[str, Any], *, deprecation: str | None = None) -> dict[str, Any]:
    """Build the CRD from `document`, the OpenAPI v3 document of Kubernetes' core v1 API.

    `deprecation`, if given, is the warning that clients of the version see.
    Raises MxforkError for an unusable document.
    """
    schema = mxjob(structural_schema(document, _POD_TEMPLATE), structural_schema(document, _LABEL_SELECTOR))
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": CRD_NAME},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": SINGULAR,
                "shortNames": ["mxj"],
                "categories": ["all"],
            },
            "scope": "Namespaced",
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    **_deprecated(deprecation),
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": _printer_columns(),
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def _deprecated(message: str | None) -> dict[str, Any]:
    return {} if message is None else {"deprecated": True, "deprecationWarning": message}


def _printer_columns() -> list[dict[str, Any]]:
    return [
        {"name": "State", "type": "string", "jsonPath": ".status.conditions[-1:].type"},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        _progress(SCHEDULER, "active"),
        _progress(SERVER, "active"),
        _progress(WORKER, "active"),
        _progress(WORKER, "succeeded"),
        _progress(WORKER, "failed"),
        _progress(TUNER, "active"),
        _progress(TUNER, "succeeded"),
    ]


def _progress(replica_type: str, count: str) -> dict[str, Any]:
    return {
        "name": f"{replica_type}-{count}",
        "type": "integer",
        "jsonPath": f".status.replicaStatuses.{replica_type}.{count}",
        "priority": _WIDE,
    }

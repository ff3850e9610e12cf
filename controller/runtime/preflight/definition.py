"""Whether the CRD that is installed knows the fields that this controller lives by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from controller.api.constants import CRD_NAME, GROUP, KIND, VERSION

PATH: Final = f"/openapi/v3/apis/{GROUP}/{VERSION}"
"""Where the API server publishes the schema, for everyone to read."""

# Pruned by the CRD of v1.8.1: without the first, no restart is counted and scaling down may fail a job.
_FIELDS: Final = (("status", "restarts"), ("spec", "runPolicy", "managedBy"))


def lacking(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields that the published schema of MXJob would have pruned; none where it cannot be told."""
    schemas = document.get("components", {}).get("schemas", {}).values()
    wanted = {"group": GROUP, "version": VERSION, "kind": KIND}
    schema = next((each for each in schemas if wanted in each.get("x-kubernetes-group-version-kind", ())), None)
    return tuple(".".join(path) for path in _FIELDS if schema is not None and _prunes(schema, path))


def complaint(fields: tuple[str, ...]) -> str:
    """Tell what that means and what to do."""
    return (
        f"the CRD {CRD_NAME} is of another version: it drops {', '.join(fields)}, so restarts are not counted and "
        "jobs meant for MultiKueue run here; next: kubectl apply --server-side --force-conflicts "
        "-f crds/kubeflow.org_mxjobs.yaml"
    )


def _prunes(schema: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    for name in path:
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            return False
        properties = schema.get("properties", {})
        if name not in properties:
            return True
        schema = properties[name]
    return False

"""MXJobs on a real API server, as raw objects: what was sent, what was stored, why something was refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from controller.api.constants import API_VERSION, GROUP, KIND, PLURAL, VERSION

Object = dict[str, Any]

IMAGE = "example.test/mxnet:1.9.1"


def container(name: str = "mxnet", **fields: Any) -> Object:
    """Build a container with an image."""
    return {"name": name, "image": IMAGE, **fields}


def replicas(*containers: Object, pod: Object | None = None, **fields: Any) -> Object:
    """Build a replica spec; one `mxnet` container when none is named."""
    pod_spec = {"containers": list(containers) or [container()], **(pod or {})}
    return {"replicas": 1, "restartPolicy": "Never", "template": {"spec": pod_spec}, **fields}


def mxjob(name: str = "job", *, run_policy: Object | None = None, mode: str = "MXTrain", **types: Any) -> Object:
    """Build an MXJob; one Worker when no type is given."""
    spec: Object = {"jobMode": mode, "mxReplicaSpecs": types or {"Worker": replicas()}}
    if run_policy is not None:
        spec["runPolicy"] = run_policy
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": spec}


def of_types(types: Object, name: str = "job") -> Object:
    """Build an MXJob with replica types that are no Python names, or with none."""
    job = mxjob(name)
    job["spec"]["mxReplicaSpecs"] = types
    return job


class MXJobs:
    """The MXJobs of one namespace; `group` tells apart a CRD that a test installs for itself."""

    def __init__(self, kubeconfig: Path, namespace: str, group: str = GROUP) -> None:
        connection = config.new_client_from_config(str(kubeconfig))  # type: ignore[no-untyped-call]  # theirs, no types
        self._api = client.CustomObjectsApi(connection)
        self._where = {"group": group, "version": VERSION, "namespace": namespace, "plural": PLURAL}
        self._api_version = f"{group}/{VERSION}"

    def create(self, job: Object, *, dry_run: bool = False) -> Object:
        """Create a job and return what was (or would have been) stored."""
        body = job | {"apiVersion": self._api_version}
        options = {"dry_run": "All"} if dry_run else {}
        return dict(self._call("create_namespaced_custom_object", body=body, **options))

    def refusal(self, job: Object) -> str:
        """Tell why the API server does not take a job."""
        with pytest.raises(client.ApiException) as refused:
            self.create(job, dry_run=True)
        return reason(refused.value)

    def get(self, name: str) -> Object:
        """Read a job."""
        return dict(self._call("get_namespaced_custom_object", name=name))

    def patch(self, name: str, patch: Object) -> Object:
        """Apply a JSON merge patch."""
        return dict(self._call("patch_namespaced_custom_object", name=name, body=patch))

    def patch_status(self, name: str, patch: Object) -> Object:
        """Apply a JSON merge patch through /status."""
        return dict(self._call("patch_namespaced_custom_object_status", name=name, body=patch))

    def delete(self, name: str) -> None:
        """Delete a job; its finalizers may keep it."""
        self._call("delete_namespaced_custom_object", name=name)

    def names(self) -> list[str]:
        """List the jobs."""
        listed = self._call("list_namespaced_custom_object")
        return [job["metadata"]["name"] for job in listed["items"]]

    def _call(self, operation: str, **arguments: Any) -> Any:
        # The client types its answers as plain objects.
        return getattr(self._api, operation)(**self._where, **arguments)


def reason(error: client.ApiException) -> str:
    """Extract the message of a refused request, and make sure that it was refused as invalid."""
    assert error.status == 422, error
    return str(json.loads(error.body or "{}")["message"])

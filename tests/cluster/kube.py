"""The API server as raw JSON, and the part of a kubelet: pods are played by patching their status."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kubernetes import client, config

Object = dict[str, Any]

CORE = "/api/v1"
MXJOBS = "/apis/kubeflow.org/v1"
MERGE_PATCH = "application/merge-patch+json"


class RefusedError(AssertionError):
    """The API server did not do what a test asked for."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Kube:
    """Requests to one API server as its administrator."""

    def __init__(self, kubeconfig: Path) -> None:
        self._api: client.ApiClient = config.new_client_from_config(str(kubeconfig))  # type: ignore[no-untyped-call]  # theirs, no types

    def close(self) -> None:
        """Close the connections."""
        self._api.rest_client.close()

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Object:
        """Send a request and return its answer; raises RefusedError."""
        response = self._api.rest_client.request(  # type: ignore[no-untyped-call]  # theirs, no types
            method,
            self._api.configuration.host + path,
            headers={"Accept": "application/json", "Content-Type": content_type},
            body=body,
        )
        text = response.read().decode()
        if response.status >= 400:
            raise RefusedError(response.status, text)
        return dict(json.loads(text))

    def items(self, path: str, **parameters: str) -> list[Object]:
        """List a collection."""
        return list(self.request("GET", f"{path}?{urlencode(parameters)}")["items"])

    def patch(self, path: str, patch: Object) -> Object:
        """Apply a JSON merge patch."""
        return self.request("PATCH", path, patch, MERGE_PATCH)

    def in_namespace(self, namespace: str) -> Namespace:
        """Look at one namespace only."""
        return Namespace(self, namespace)


class Namespace:
    """Jobs, and what a controller makes of them, in one namespace."""

    def __init__(self, kube: Kube, name: str) -> None:
        self.kube = kube
        self.name = name
        self._core = f"{CORE}/namespaces/{name}"
        self._jobs = f"{MXJOBS}/namespaces/{name}/mxjobs"

    def create_job(self, job: Object) -> Object:
        """Create an MXJob."""
        return self.kube.request("POST", self._jobs, job)

    def job(self, name: str) -> Object:
        """Read an MXJob."""
        return self.kube.request("GET", f"{self._jobs}/{name}")

    def jobs(self) -> list[Object]:
        """List the MXJobs."""
        return self.kube.items(self._jobs)

    def patch_job(self, name: str, patch: Object) -> Object:
        """Change an MXJob."""
        return self.kube.patch(f"{self._jobs}/{name}", patch)

    def delete_job(self, name: str, **options: Any) -> None:
        """Delete an MXJob."""
        self.kube.request("DELETE", f"{self._jobs}/{name}", options)

    def conditions(self, name: str) -> dict[str, str]:
        """Return the status of each condition of a job, in their order."""
        conditions = self.job(name).get("status", {}).get("conditions", [])
        return {condition["type"]: condition["status"] for condition in conditions}

    def pods(self) -> dict[str, Object]:
        """Return the pods by name."""
        return {pod["metadata"]["name"]: pod for pod in self.kube.items(f"{self._core}/pods")}

    def services(self) -> dict[str, Object]:
        """Return the services by name."""
        return {service["metadata"]["name"]: service for service in self.kube.items(f"{self._core}/services")}

    def events(self, job: str) -> list[Object]:
        """Return the events on a job."""
        return self.kube.items(f"{self._core}/events", fieldSelector=f"involvedObject.name={job}")

    def create_pod(self, pod: Object) -> Object:
        """Create a pod."""
        return self.kube.request("POST", f"{self._core}/pods", pod)

    def delete_pod(self, name: str) -> None:
        """Delete a pod as a kubelet does in the end."""
        self.kube.request("DELETE", f"{self._core}/pods/{name}", {"gracePeriodSeconds": 0})

    def play(self, pattern: str, phase: str, *, exit_code: int | None = None, reason: str = "") -> None:
        """Give the pods whose names match a phase, and their containers the state that goes with it."""
        pods = [pod for name, pod in self.pods().items() if fnmatch.fnmatch(name, pattern)]
        assert pods, f"no pod matches {pattern}"
        for pod in pods:
            name = pod["metadata"]["name"]
            if phase == "Running" and not pod["spec"].get("nodeName"):
                binding = {"metadata": {"name": name}, "target": {"kind": "Node", "name": "n1"}}
                self.kube.request("POST", f"{self._core}/pods/{name}/binding", binding)
            status = _pod_status(pod, phase, exit_code, reason)
            self.kube.patch(f"{self._core}/pods/{name}/status", {"status": status})


def _pod_status(pod: Object, phase: str, exit_code: int | None, reason: str) -> Object:
    why = {"reason": reason} if reason else {}
    if phase == "Running":
        state: Object = {"running": {}}
    elif exit_code is not None:
        state = {"terminated": {"exitCode": exit_code, **why}}
    else:
        state = {"waiting": {"reason": "ContainerCreating"}}
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "restartCount": 0,
            "ready": phase == "Running",
            "state": state,
        }
        for container in pod["spec"]["containers"]
    ]
    return {"phase": phase, "containerStatuses": containers, **why}

"""One namespace to play in: jobs are made there, and pods get the status that a kubelet would give them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass

from controller.api.constants import API_VERSION, LABEL_JOB_NAME, PLURAL
from fork_tools.api_server import ApiServer, Object

POD_GROUPS = ("scheduling.volcano.sh/v1beta1", "scheduling.x-k8s.io/v1alpha1")


@dataclass(frozen=True, slots=True)
class Stage:
    """A namespace of a cluster whose nodes leave its pods alone."""

    api: ApiServer
    namespace: str

    @property
    def _core(self) -> str:
        return f"/api/v1/namespaces/{self.namespace}"

    @property
    def _jobs(self) -> str:
        return f"/apis/{API_VERSION}/namespaces/{self.namespace}/{PLURAL}"

    def create_job(self, job: Object) -> None:
        """Create an MXJob."""
        self.api.request("POST", self._jobs, job)

    def job(self, name: str) -> Object | None:
        """Read an MXJob."""
        return self.api.find(f"{self._jobs}/{name}")

    def patch_job(self, name: str, patch: Object) -> None:
        """Change an MXJob."""
        self.api.patch(f"{self._jobs}/{name}", patch)

    def conditions(self, name: str) -> dict[str, str]:
        """Return the status of each condition of a job."""
        conditions = (self.job(name) or {}).get("status", {}).get("conditions", [])
        return {condition["type"]: condition["status"] for condition in conditions}

    def pods(self) -> dict[str, Object]:
        """Return the pods by name."""
        return {pod["metadata"]["name"]: pod for pod in self.api.items(f"{self._core}/pods")}

    def services(self) -> dict[str, Object]:
        """Return the services by name."""
        return {service["metadata"]["name"]: service for service in self.api.items(f"{self._core}/services")}

    def pod_groups(self) -> Iterator[Object]:
        """List the PodGroups of every scheduler whose CRD is installed."""
        for version in POD_GROUPS:
            groups = self.api.items(f"/apis/{version}/namespaces/{self.namespace}/podgroups")
            yield from (group | {"apiVersion": version} for group in groups)

    def set_pod_groups(self, phase: str) -> None:
        """Give every PodGroup a phase, as its scheduler does."""
        for group in self.pod_groups():
            path = f"/apis/{group['apiVersion']}/namespaces/{self.namespace}/podgroups/{group['metadata']['name']}"
            self.api.patch(f"{path}/status", {"status": {"phase": phase}})

    def reap(self) -> None:
        """Let pods go that are to end, as a kubelet does."""
        for name, pod in self.pods().items():
            if "deletionTimestamp" in pod["metadata"]:
                self._delete("pods", name)

    def play(self, pattern: str, phase: str, exit_code: int | None, reason: str) -> int:
        """Give the pods whose names match a phase, and their containers the state that goes with it; count them."""
        pods = [pod for name, pod in self.pods().items() if fnmatch.fnmatch(name, pattern)]
        for pod in pods:
            name = pod["metadata"]["name"]
            if phase == "Running" and not pod["spec"].get("nodeName"):
                binding = {"metadata": {"name": name}, "target": {"kind": "Node", "name": "conformance"}}
                self.api.request("POST", f"{self._core}/pods/{name}/binding", binding)
            status = _pod_status(pod, phase, exit_code, reason)
            self.api.patch(f"{self._core}/pods/{name}/status", {"status": status})
        return len(pods)

    def clear(self, job: str) -> bool:
        """Remove a job and what bears its name; says whether nothing was left, or else it is to be done again."""
        self.api.delete(f"{self._jobs}/{job}", propagationPolicy="Background")
        left = [
            (kind, name)
            for kind, items in (("pods", self.pods()), ("services", self.services()))
            for name, item in items.items()
            if (item["metadata"].get("labels") or {}).get(LABEL_JOB_NAME) == job
        ]
        for kind, name in left:
            self._delete(kind, name)
        return not left

    def _delete(self, kind: str, name: str) -> None:
        self.api.delete(f"{self._core}/{kind}/{name}", gracePeriodSeconds=0)


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

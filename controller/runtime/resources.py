"""Where each kind lives in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote

from controller.api import constants


class ObjectKey(NamedTuple):
    """Names an object within its kind; of a job it is what the work queue holds."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Resource:
    """A namespaced kind; `group` is empty for the core group."""

    group: str
    version: str
    plural: str
    kind: str

    @property
    def api_version(self) -> str:
        """`apiVersion` as manifests spell it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """The resource as RBAC and kubectl spell it, for example `mxjobs.kubeflow.org`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return the URL path of the collection, or of one object; no namespace means all of them."""
        parts = ["apis" if self.group else "api", self.api_version]
        if namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/" + "/".join(parts)


MXJOBS: Final = Resource(constants.GROUP, constants.VERSION, constants.PLURAL, constants.KIND)
PODS: Final = Resource("", "v1", "pods", "Pod")
PRIORITY_CLASSES: Final = Resource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass")
SERVICES: Final = Resource("", "v1", "services", "Service")
LEASES: Final = Resource("coordination.k8s.io", "v1", "leases", "Lease")
EVENTS: Final = Resource("", "v1", "events", "Event")
VOLCANO_POD_GROUPS: Final = Resource("scheduling.volcano.sh", "v1beta1", "podgroups", "PodGroup")
SCHEDULER_PLUGINS_POD_GROUPS: Final = Resource("scheduling.x-k8s.io", "v1alpha1", "podgroups", "PodGroup")


def pod_groups(gang_scheduler_name: str) -> Resource | None:
    """Return the PodGroups that a gang scheduler understands; None without gang scheduling (spec §3.9)."""
    match gang_scheduler_name.strip().lower():
        case "" | "none":
            return None
        case "volcano":
            return VOLCANO_POD_GROUPS
        case _:
            return SCHEDULER_PLUGINS_POD_GROUPS

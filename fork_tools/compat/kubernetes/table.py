"""Which release of Kubernetes has which API version and field (Kubernetes' deprecation guide and KEPs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

Minor = tuple[int, int]

AS_OF: Final = date(2026, 11, 24)
# Releases that the table is complete for.
FIRST: Final[Minor] = (1, 22)
LAST: Final[Minor] = (1, 37)


@dataclass(frozen=True, slots=True)
class Served:
    """From which release on an API version is served, deprecated, and gone; and what replaces it since when."""

    since: Minor
    deprecated: Minor | None = None
    removed: Minor | None = None
    instead: str = ""


def _v(minor: int) -> Minor:
    return (1, minor)


# By apiVersion and kind; a kind of `*` stands for the others of that version.
APIS: Final[Mapping[tuple[str, str], Served]] = {
    ("v1", "*"): Served(_v(0)),
    ("v1", "Endpoints"): Served(_v(0), _v(33), None, "discovery.k8s.io/v1 EndpointSlice, since 1.21"),
    ("admissionregistration.k8s.io/v1", "*"): Served(_v(16)),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): Served(_v(30)),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): Served(_v(30)),
    ("admissionregistration.k8s.io/v1beta1", "*"): Served(
        _v(9), _v(16), _v(22), "admissionregistration.k8s.io/v1, since 1.16"
    ),
    ("apiextensions.k8s.io/v1", "*"): Served(_v(16)),
    ("apiextensions.k8s.io/v1beta1", "*"): Served(_v(7), _v(16), _v(22), "apiextensions.k8s.io/v1, since 1.16"),
    ("apiregistration.k8s.io/v1", "*"): Served(_v(10)),
    ("apps/v1", "*"): Served(_v(9)),
    ("apps/v1beta1", "*"): Served(_v(6), _v(9), _v(16), "apps/v1, since 1.9"),
    ("apps/v1beta2", "*"): Served(_v(8), _v(9), _v(16), "apps/v1, since 1.9"),
    ("authentication.k8s.io/v1", "*"): Served(_v(6)),
    ("authorization.k8s.io/v1", "*"): Served(_v(6)),
    ("autoscaling/v1", "*"): Served(_v(2)),
    ("autoscaling/v2", "*"): Served(_v(23)),
    ("autoscaling/v2beta1", "*"): Served(_v(8), _v(22), _v(25), "autoscaling/v2, since 1.23"),
    ("autoscaling/v2beta2", "*"): Served(_v(12), _v(23), _v(26), "autoscaling/v2, since 1.23"),
    ("batch/v1", "*"): Served(_v(2)),
    ("batch/v1", "CronJob"): Served(_v(21)),
    ("batch/v1beta1", "*"): Served(_v(8), _v(21), _v(25), "batch/v1, since 1.21"),
    ("certificates.k8s.io/v1", "*"): Served(_v(19)),
    ("certificates.k8s.io/v1beta1", "*"): Served(_v(4), _v(19), _v(22), "certificates.k8s.io/v1, since 1.19"),
    ("coordination.k8s.io/v1", "*"): Served(_v(14)),
    ("coordination.k8s.io/v1beta1", "*"): Served(_v(12), _v(19), _v(22), "coordination.k8s.io/v1, since 1.14"),
    ("discovery.k8s.io/v1", "*"): Served(_v(21)),
    ("discovery.k8s.io/v1beta1", "*"): Served(_v(17), _v(21), _v(25), "discovery.k8s.io/v1, since 1.21"),
    ("events.k8s.io/v1", "*"): Served(_v(19)),
    ("events.k8s.io/v1beta1", "*"): Served(_v(8), _v(19), _v(25), "events.k8s.io/v1, since 1.19"),
    ("extensions/v1beta1", "*"): Served(_v(1), _v(9), _v(16), "apps/v1, since 1.9"),
    ("extensions/v1beta1", "Ingress"): Served(_v(1), _v(14), _v(22), "networking.k8s.io/v1, since 1.19"),
    ("flowcontrol.apiserver.k8s.io/v1", "*"): Served(_v(29)),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "*"): Served(
        _v(23), _v(26), _v(29), "flowcontrol.apiserver.k8s.io/v1, since 1.29"
    ),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "*"): Served(
        _v(26), _v(29), _v(32), "flowcontrol.apiserver.k8s.io/v1, since 1.29"
    ),
    ("networking.k8s.io/v1", "*"): Served(_v(7)),
    ("networking.k8s.io/v1", "Ingress"): Served(_v(19)),
    ("networking.k8s.io/v1", "IngressClass"): Served(_v(19)),
    ("networking.k8s.io/v1beta1", "*"): Served(_v(14), _v(19), _v(22), "networking.k8s.io/v1, since 1.19"),
    ("node.k8s.io/v1", "*"): Served(_v(20)),
    ("node.k8s.io/v1beta1", "*"): Served(_v(14), _v(20), _v(25), "node.k8s.io/v1, since 1.20"),
    ("policy/v1", "*"): Served(_v(21)),
    ("policy/v1beta1", "*"): Served(_v(5), _v(21), _v(25), "policy/v1, since 1.21"),
    ("rbac.authorization.k8s.io/v1", "*"): Served(_v(8)),
    ("rbac.authorization.k8s.io/v1beta1", "*"): Served(
        _v(6), _v(17), _v(22), "rbac.authorization.k8s.io/v1, since 1.8"
    ),
    ("scheduling.k8s.io/v1", "*"): Served(_v(14)),
    ("scheduling.k8s.io/v1beta1", "*"): Served(_v(11), _v(14), _v(22), "scheduling.k8s.io/v1, since 1.14"),
    ("storage.k8s.io/v1", "*"): Served(_v(6)),
    ("storage.k8s.io/v1beta1", "*"): Served(_v(4), _v(19), _v(22), "storage.k8s.io/v1, since 1.6"),
}
# By kind and path (`*` stands for one step): from which release on the field is there by default, and why it matters.
FIELDS: Final[Mapping[tuple[str, str], Minor]] = {
    ("CustomResourceDefinition", "spec.versions.*.selectableFields"): _v(31),
    ("CustomResourceDefinition", "**.x-kubernetes-validations"): _v(25),
    ("CustomResourceDefinition", "**.x-kubernetes-validations.*.optionalOldSelf"): _v(30),
    ("CustomResourceDefinition", "**.x-kubernetes-validations.*.fieldPath"): _v(28),
    ("CustomResourceDefinition", "**.x-kubernetes-validations.*.reason"): _v(28),
    ("CustomResourceDefinition", "**.x-kubernetes-validations.*.messageExpression"): _v(27),
    ("PodDisruptionBudget", "spec.unhealthyPodEvictionPolicy"): _v(27),
    ("Deployment", "spec.template.spec.hostUsers"): _v(33),
    ("Deployment", "spec.template.spec.resourceClaims"): _v(32),
    ("Deployment", "spec.template.spec.securityContext.appArmorProfile"): _v(30),
    ("Deployment", "spec.template.spec.containers.*.restartPolicy"): _v(35),
    ("Deployment", "spec.template.spec.initContainers.*.restartPolicy"): _v(29),
    ("Deployment", "spec.template.spec.schedulingGates"): _v(27),
    ("Deployment", "spec.template.spec.topologySpreadConstraints.*.matchLabelKeys"): _v(27),
    ("Service", "spec.trafficDistribution"): _v(31),
}

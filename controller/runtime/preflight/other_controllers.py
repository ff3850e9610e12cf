"""Whether a Training Operator up to v1.8 still reconciles MXJobs, so that two controllers would fight over each. Pure.

Upstream's image tags tell no version, and its Deployment looks the same before and after MXJob's removal. What differs
are its flags, and whether its service account may write the status of MXJobs: since v1.9 it may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from controller.api.constants import GROUP, KIND, PLURAL
from controller.runtime.resources import Resource

DEPLOYMENTS: Final = Resource("apps", "v1", "deployments", "Deployment")
SELECTOR: Final = "control-plane=kubeflow-training-operator"
_FLAG: Final = "--enable-scheme"


class _Metadata(msgspec.Struct):
    name: str
    namespace: str


class _Container(msgspec.Struct):
    command: list[str] = []
    args: list[str] = []


class _PodSpec(msgspec.Struct, rename="camel"):
    containers: list[_Container] = []
    service_account_name: str = "default"


class _Template(msgspec.Struct):
    spec: _PodSpec


class _Spec(msgspec.Struct):
    template: _Template
    replicas: int = 1


class Deployment(msgspec.Struct):
    """As much of a Deployment as matters here."""

    metadata: _Metadata
    spec: _Spec


class Deployments(msgspec.Struct):
    """A list of them."""

    items: list[Deployment]


@dataclass(frozen=True, slots=True)
class Rival:
    """A Training Operator that follows MXJobs as far as its flags tell; `user` is who it is to the API server."""

    namespace: str
    name: str
    user: str

    @property
    def remedy(self) -> str:
        """What ends the rivalry."""
        return (
            f"kubectl -n {self.namespace} scale deployment {self.name} --replicas=0, or upgrade it to v1.9 with its "
            "ClusterRole, or give it --enable-scheme for each other kind; --ignore-other-controllers starts anyway"
        )


def rivals(deployments: Iterable[Deployment]) -> Iterator[Rival]:
    """Name those that run and whose flags do not leave MXJobs out."""
    for each in deployments:
        pod = each.spec.template.spec
        schemes = [scheme for container in pod.containers for scheme in _schemes([*container.command, *container.args])]
        if each.spec.replicas and (not schemes or KIND.lower() in schemes):
            namespace = each.metadata.namespace
            account = f"system:serviceaccount:{namespace}:{pod.service_account_name}"
            yield Rival(namespace, each.metadata.name, account)


def review(rival: Rival, namespace: str) -> Mapping[str, Any]:
    """Ask whether a rival may write the status of MXJobs in `namespace`, "" for all, as a SubjectAccessReview."""
    of = rival.namespace
    attributes = {
        "group": GROUP,
        "resource": PLURAL,
        "subresource": "status",
        "verb": "update",
        "namespace": namespace,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": rival.user,
            "groups": ["system:serviceaccounts", f"system:serviceaccounts:{of}", "system:authenticated"],
            "resourceAttributes": attributes,
        },
    }


def _schemes(arguments: list[str]) -> Iterator[str]:
    """Read `--enable-scheme=tfjob`, in one word or two, with one hyphen or two, as Go does."""
    for index, argument in enumerate(arguments):
        flag, equals, value = f"--{argument.lstrip('-')}".partition("=")
        if argument.startswith("-") and flag == _FLAG:
            yield (value if equals else "".join(arguments[index + 1 : index + 2])).lower()

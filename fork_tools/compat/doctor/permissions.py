"""What the installation needs to be allowed, and what a service account needs to run the controller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from controller.api.constants import GROUP, PLURAL
from fork_tools.api_server import Object
from fork_tools.compat.doctor import rules
from fork_tools.report.finding import Finding

_AUTHORIZATION: Final = "authorization.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Access:
    """A verb on a resource of an API group, in every namespace."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{'.' if self.group else ''}{self.group}"


def _each(group: str, resource: str, *verbs: str) -> tuple[Access, ...]:
    return tuple(Access(group, resource, verb) for verb in verbs)


INSTALLING: Final = (
    *_each("apiextensions.k8s.io", "customresourcedefinitions", "get", "create", "patch"),
    *_each("rbac.authorization.k8s.io", "clusterroles", "create", "patch"),
    *_each("rbac.authorization.k8s.io", "clusterrolebindings", "create", "patch"),
    *_each("", "serviceaccounts", "create", "patch"),
    *_each("apps", "deployments", "create", "patch"),
)
# The least that the controller has to be permitted (spec §6.4).
RUNNING: Final = (
    *_each(GROUP, PLURAL, "list", "watch", "delete"),
    *_each(GROUP, f"{PLURAL}/status", "patch"),
    *_each("", "pods", "get", "list", "watch", "create", "delete"),
    *_each("", "services", "get", "list", "watch", "create", "delete"),
    *_each("", "events", "create", "patch"),
)


def review(access: Access, user: str | None) -> tuple[str, Object]:
    """Give path and body of the review that asks whether `user` (by default whoever asks) has that access."""
    resource, _, subresource = access.resource.partition("/")
    attributes = {"group": access.group, "resource": resource, "subresource": subresource, "verb": access.verb}
    kind = "SubjectAccessReview" if user else "SelfSubjectAccessReview"
    spec = {"resourceAttributes": attributes, **({"user": user, "groups": _groups(user)} if user else {})}
    body = {"apiVersion": _AUTHORIZATION, "kind": kind, "spec": spec}
    return f"/apis/{_AUTHORIZATION}/{kind.lower()}s", body


def judge_permissions(denied: Iterable[Access], who: str) -> Iterator[Finding]:
    """Report each access that was denied to `who`."""
    for access in denied:
        yield rules.PERMISSION.finding(str(access), f"{who} may not")


def _groups(user: str) -> list[str]:
    namespace = user.split(":")[2]
    return ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]

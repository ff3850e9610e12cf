"""What the API server's audit log tells: who asked for what, and was it permitted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.kube import Object


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One verb on one resource, as RBAC counts them; a subresource follows a slash."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{f'.{self.group}' if self.group else ''}"


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a resource."""

    user: str
    agent: str
    permission: Permission
    forbidden: bool


def requests(log: Path) -> Iterator[Request]:
    """Read the requests to resources, in their order."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            about = event.get("objectRef")
            if event["stage"] in ("ResponseStarted", "ResponseComplete") and about and "resource" in about:
                # A quota and a namespace that ends refuse with the same status, but not for want of a permission.
                decision = event.get("annotations", {}).get("authorization.k8s.io/decision")
                yield Request(
                    user=event["user"].get("username", ""),  # nobody, when the credentials were not accepted
                    agent=event.get("userAgent", ""),
                    permission=_permission(about, event["verb"]),
                    forbidden=decision == "forbid",
                )


def writes(log: Path, by: str) -> int:
    """Count the requests of a user that were to change something; an access review only asks."""
    seen = (each for each in requests(log) if each.user == by and each.permission.group != "authorization.k8s.io")
    return sum(each.permission.verb not in ("get", "list", "watch") for each in seen)


def granted(roles: Iterable[Object]) -> set[Permission]:
    """Spell out what the rules of roles permit."""
    return {
        Permission(group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _permission(about: Object, verb: str) -> Permission:
    subresource = about.get("subresource")
    resource = f"{about['resource']}/{subresource}" if subresource else about["resource"]
    return Permission(about.get("apiGroup", ""), resource, verb)

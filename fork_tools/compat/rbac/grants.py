"""From roles and bindings to what each service account may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fork_tools.api_server import Object

CLUSTER = "cluster"
NAMESPACED = "namespaced"
_ROLES = ("Role", "ClusterRole")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A verb on a resource (or a URL); `name` limits it to one object, `scope` to namespaces."""

    group: str
    resource: str
    verb: str
    name: str = ""
    scope: str = CLUSTER

    def covers(self, other: Grant) -> bool:
        """Whether this grant allows all that the other one does."""
        return (
            self.group in ("*", other.group)
            and self._covers_resource(other.resource)
            and self.verb in ("*", other.verb)
            and self.name in ("", other.name)
            and self.scope in (CLUSTER, other.scope)
        )

    def _covers_resource(self, resource: str) -> bool:
        if self.resource in ("*", resource):
            return True
        own, _, subresource = self.resource.partition("/")
        return own == "*" and subresource != "" and resource.endswith(f"/{subresource}")

    def __str__(self) -> str:
        group = f".{self.group}" if self.group else ""
        named = f" {self.name}" if self.name else ""
        where = " in its namespace" if self.scope == NAMESPACED else ""
        return f"{self.verb} {self.resource}{group}{named}{where}"


def grants_by_account(objects: Iterable[Object]) -> Mapping[str, frozenset[Grant]]:
    """Collect what the bindings among the objects grant to each service account, by its name."""
    items = [each for each in objects if isinstance(each.get("metadata"), dict)]
    roles = {(each["kind"], _name(each)): each for each in items if each["kind"] in _ROLES}
    found: dict[str, set[Grant]] = defaultdict(set)
    for binding in items:
        if binding["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        reference = binding["roleRef"]
        role = roles.get((reference["kind"], reference["name"]), {})
        scope = CLUSTER if binding["kind"] == "ClusterRoleBinding" else NAMESPACED
        for subject in binding.get("subjects") or []:
            if subject.get("kind") == "ServiceAccount":
                found[subject["name"]].update(_grants(role, scope))
    return {account: frozenset(grants) for account, grants in sorted(found.items())}


def _grants(role: Object, scope: str) -> Iterator[Grant]:
    for rule in role.get("rules") or []:
        for verb in rule.get("verbs") or []:
            yield from (Grant("", url, verb) for url in rule.get("nonResourceURLs") or [])
            for group in rule.get("apiGroups") or []:
                for resource in rule.get("resources") or []:
                    for name in rule.get("resourceNames") or [""]:
                        yield Grant(group, resource, verb, name, scope)


def _name(item: Object) -> str:
    return str(item["metadata"].get("name"))

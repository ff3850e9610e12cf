"""Which writes the controller has to be permitted, and what is lost without each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from controller.runtime.resources import EVENTS, MXJOBS, PODS, SERVICES, Resource

_REMEDY: Final = "apply the roles in deploy/ again, or give the role of the controller's service account these verbs"


@dataclass(frozen=True, slots=True)
class Need:
    """A verb on a resource; `lost` tells what does not work without it."""

    resource: Resource
    verb: str
    lost: str
    subresource: str = ""

    @property
    def target(self) -> str:
        """The resource as RBAC spells it."""
        plural, _, group = self.resource.qualified.partition(".")
        return f"{plural}{f'/{self.subresource}' if self.subresource else ''}{f'.{group}' if group else ''}"


def needs(pod_groups: Resource | None) -> tuple[Need, ...]:
    """List the writes; reads are missed at once, by whoever lists, and told there."""
    children = (
        Need(resource, verb, lost)
        for resource in (PODS, SERVICES)
        for verb, lost in (("create", "jobs do not start"), ("delete", "jobs are not cleaned up, restarted or scaled"))
    )
    groups = [pod_groups] if pod_groups else []
    return (
        Need(MXJOBS, "patch", "no status is written", "status"),
        Need(MXJOBS, "delete", "ttlSecondsAfterFinished has no effect"),
        *children,
        Need(EVENTS, "create", "nothing is told in events"),
        *(
            Need(each, verb, "gangs are not scheduled together")
            for each in groups
            for verb in ("create", "patch", "delete")
        ),
    )


def review(need: Need, namespace: str) -> Mapping[str, Any]:
    """Ask whether who asks may do it in `namespace`, "" for all, as a SelfSubjectAccessReview."""
    attributes = {
        "group": need.resource.group,
        "version": need.resource.version,
        "resource": need.resource.plural,
        "subresource": need.subresource,
        "verb": need.verb,
        "namespace": namespace,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def complaints(missing: Collection[Need], namespace: str) -> Iterator[str]:
    """Tell what is not permitted, what is lost with it and what to do, a line for each resource and loss."""
    where = f"in namespace {namespace}" if namespace else "in all namespaces"
    groups: dict[tuple[str, str], list[str]] = {}
    for each in missing:
        groups.setdefault((each.target, each.lost), []).append(each.verb)
    for (target, lost), verbs in groups.items():
        yield f"not permitted to {', '.join(verbs)} {target} {where}, so {lost}; next: {_REMEDY}"

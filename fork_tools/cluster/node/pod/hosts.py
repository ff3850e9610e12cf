"""The hosts file of a pod: the names under which it finds itself and the headless services of its namespace.

Services with a cluster address have no name here: nothing forwards their virtual addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fork_tools.cluster.node.pod.manifest import Pod, Service

CLUSTER_DOMAIN = "cluster.local"
_LOOPBACK = ("127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A pod with an address, as name resolution sees it."""

    pod: Pod
    address: str
    ready: bool


def service_lines(namespace: str, services: Iterable[Service], neighbours: Iterable[Neighbour]) -> tuple[str, ...]:
    """Render what all hosts files of a namespace have in common, from the services and pods of all namespaces."""
    near = sorted(
        (each for each in neighbours if each.pod.metadata.namespace == namespace), key=lambda each: each.pod.key
    )
    headless = sorted(
        (each for each in services if each.headless and each.metadata.namespace == namespace),
        key=lambda each: each.metadata.name,
    )
    return tuple(
        f"{each.address}\t{' '.join(names)}" for service in headless for each, names in _published(service, near)
    )


def hosts_file(pod: Pod, address: str, services: Iterable[str]) -> str:
    """Render /etc/hosts for `pod` at `address`; `services` are the lines of its namespace."""
    aliases = (f"{alias.ip}\t{' '.join(alias.hostnames)}" for alias in pod.spec.host_aliases)
    return "\n".join((*_LOOPBACK, f"{address}\t{hostname(pod)}", *services, *aliases)) + "\n"


def hostname(pod: Pod) -> str:
    """Return the host name of a pod: at most 63 characters, as the kubelet cuts it."""
    return (pod.spec.hostname or pod.metadata.name)[:63].rstrip("-.")


def service_names(service: Service) -> tuple[str, ...]:
    """Return every name of a service that resolves inside its namespace, the short one first."""
    short = service.metadata.name
    qualified = f"{short}.{service.metadata.namespace}"
    return short, qualified, f"{qualified}.svc", f"{qualified}.svc.{CLUSTER_DOMAIN}"


def selects(service: Service, pod: Pod) -> bool:
    """Tell whether a service's selector matches a pod's labels; an empty selector matches none."""
    wanted = service.spec.selector
    return bool(wanted) and all(pod.metadata.labels.get(key) == value for key, value in wanted.items())


def _published(service: Service, neighbours: Iterable[Neighbour]) -> Iterator[tuple[Neighbour, tuple[str, ...]]]:
    names = service_names(service)
    for each in neighbours:
        if selects(service, each.pod) and (each.ready or service.spec.publish_not_ready_addresses):
            own = each.pod.spec
            by_pod = tuple(f"{own.hostname}.{name}" for name in names) if _is_subdomain(service, each.pod) else ()
            yield each, names + by_pod


def _is_subdomain(service: Service, pod: Pod) -> bool:
    return bool(pod.spec.hostname) and pod.spec.subdomain == service.metadata.name

"""The ConfigMaps and Secrets a pod refers to."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fork_tools.cluster.node.pod.errors import config_error
from fork_tools.cluster.node.pod.manifest import ConfigMap, Pod, Secret


@dataclass(frozen=True, slots=True)
class References:
    """What was found of the objects a pod refers to, by name."""

    config_maps: Mapping[str, ConfigMap] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    def config_map(self, name: str, *, optional: bool) -> dict[str, bytes] | None:
        """Return a ConfigMap's values; None if it is missing and may be. Raises PodError if it must not be."""
        found = self.config_maps.get(name)
        if found is None and optional:
            return None
        if found is None:
            raise config_error(f'configmap "{name}" not found')
        text = {key: value.encode() for key, value in found.data.items()}
        return text | {key: base64.b64decode(value) for key, value in found.binary_data.items()}

    def secret(self, name: str, *, optional: bool) -> dict[str, bytes] | None:
        """Return a Secret's values; None if it is missing and may be. Raises PodError if it must not be."""
        found = self.secrets.get(name)
        if found is None and optional:
            return None
        if found is None:
            raise config_error(f'secret "{name}" not found')
        return {key: base64.b64decode(value) for key, value in found.data.items()}


@dataclass(frozen=True, slots=True)
class ReferredNames:
    """Names of the ConfigMaps and Secrets that a node has to look up for a pod."""

    config_maps: frozenset[str]
    secrets: frozenset[str]


def referred_names(pod: Pod) -> ReferredNames:
    """Collect what a pod refers to in variables and volumes."""
    found = {*_in_variables(pod), *_in_volumes(pod)}
    return ReferredNames(
        config_maps=frozenset(name for kind, name in found if kind == "ConfigMap"),
        secrets=frozenset(name for kind, name in found if kind == "Secret"),
    )


def _in_variables(pod: Pod) -> Iterator[tuple[str, str]]:
    for container in (*pod.spec.init_containers, *pod.spec.containers):
        for group in container.env_from:
            if group.config_map_ref is not None:
                yield "ConfigMap", group.config_map_ref.name
            if group.secret_ref is not None:
                yield "Secret", group.secret_ref.name
        for source in (variable.value_from for variable in container.env if variable.value_from is not None):
            if source.config_map_key_ref is not None:
                yield "ConfigMap", source.config_map_key_ref.name
            if source.secret_key_ref is not None:
                yield "Secret", source.secret_key_ref.name


def _in_volumes(pod: Pod) -> Iterator[tuple[str, str]]:
    for volume in pod.spec.volumes:
        if volume.config_map is not None:
            yield "ConfigMap", volume.config_map.name
        if volume.secret is not None:
            yield "Secret", volume.secret.secret_name
        for source in (volume.projected.sources or ()) if volume.projected is not None else ():
            if source.config_map is not None:
                yield "ConfigMap", source.config_map.name
            if source.secret is not None:
                yield "Secret", source.secret.name

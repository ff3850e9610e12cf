"""A pod's volumes: which files they hold, and where containers see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.cluster.node.pod.environment import expand
from fork_tools.cluster.node.pod.errors import PodError, config_error
from fork_tools.cluster.node.pod.fields import Surroundings, field_value, resource_value
from fork_tools.cluster.node.pod.manifest import Container, FieldFiles, ObjectFiles, Pod, Projected, Projection, Volume
from fork_tools.cluster.node.pod.references import References
from fork_tools.cluster.node.sandbox.bundle import Bind

_DEFAULT_MODE = 0o644


@dataclass(frozen=True, slots=True)
class VolumeFile:
    """A file of a volume; `path` is relative to it."""

    path: str
    content: bytes
    mode: int


@dataclass(frozen=True, slots=True)
class VolumeContent:
    """What a volume holds when it is made; `folder` is where on the host."""

    name: str
    folder: Path
    files: tuple[VolumeFile, ...] = ()
    read_only: bool = False
    host_path_type: str | None = None


def volume_contents(
    pod: Pod, folder: Path, references: References, surroundings: Surroundings
) -> tuple[VolumeContent, ...]:
    """Decide what every volume of a pod holds; all but host paths live below `folder`. Raises PodError."""
    return tuple(_content(pod, volume, folder, references, surroundings) for volume in pod.spec.volumes)


def binds(container: Container, contents: tuple[VolumeContent, ...], variables: Mapping[str, str]) -> tuple[Bind, ...]:
    """Decide what a container sees where, outer mounts first; its `subPathExpr` may use its variables."""
    by_name = {content.name: content for content in contents}
    found = []
    for mount in container.volume_mounts:
        content = by_name[mount.name]
        below = expand(mount.sub_path_expr, variables) or mount.sub_path
        if Path(below).is_absolute() or ".." in Path(below).parts:
            raise config_error(f'subPath "{below}" of volume "{mount.name}" leads out of the volume')
        source = content.folder / below
        found.append(Bind(str(source), mount.mount_path, mount.read_only or content.read_only))
    return tuple(sorted(found, key=lambda each: Path(each.target).parts))


def _content(
    pod: Pod, volume: Volume, folder: Path, references: References, surroundings: Surroundings
) -> VolumeContent:
    place = folder / volume.name
    if volume.empty_dir is not None:
        return VolumeContent(volume.name, place)
    if volume.host_path is not None:
        return VolumeContent(volume.name, Path(volume.host_path.path), host_path_type=volume.host_path.type)
    projected = _projected(volume)
    if projected is None:
        kinds = "emptyDir, configMap, secret, downwardAPI, projected and hostPath"
        raise PodError("FailedMount", f'volume "{volume.name}" is of a kind this node does not have; it has {kinds}')
    mode = projected.default_mode or _DEFAULT_MODE
    files = tuple(
        file for source in projected.sources or () for file in _files(pod, source, references, surroundings, mode)
    )
    return VolumeContent(volume.name, place, files, read_only=True)


def _projected(volume: Volume) -> Projected | None:
    if volume.config_map is not None:
        return Projected((Projection(config_map=volume.config_map),), volume.config_map.default_mode)
    if volume.secret is not None:
        return Projected((Projection(secret=volume.secret),), volume.secret.default_mode)
    if volume.downward_api is not None:
        return Projected((Projection(downward_api=volume.downward_api),), volume.downward_api.default_mode)
    return volume.projected


def _files(
    pod: Pod, source: Projection, references: References, surroundings: Surroundings, mode: int
) -> Iterator[VolumeFile]:
    if (wanted := source.config_map) is not None:
        values = references.config_map(wanted.name, optional=wanted.optional)
        yield from _object_files(wanted, values, mode)
    elif (wanted := source.secret) is not None:
        values = references.secret(wanted.secret_name or wanted.name, optional=wanted.optional)
        yield from _object_files(wanted, values, mode)
    elif source.downward_api is not None:
        yield from _field_files(pod, source.downward_api, surroundings, mode)
    else:
        raise PodError("FailedMount", "a projected volume has a source of a kind that this node does not have")


def _object_files(wanted: ObjectFiles, values: Mapping[str, bytes] | None, mode: int) -> Iterator[VolumeFile]:
    if values is None:
        return
    if not wanted.items:
        yield from (VolumeFile(key, value, mode) for key, value in values.items())
    for item in wanted.items:
        if item.key in values:
            yield VolumeFile(item.path, values[item.key], item.mode or mode)
        elif not wanted.optional:
            name = wanted.secret_name or wanted.name
            raise config_error(f'"{name}" has no key "{item.key}", which a volume asks for')


def _field_files(pod: Pod, wanted: FieldFiles, surroundings: Surroundings, mode: int) -> Iterator[VolumeFile]:
    for item in wanted.items:
        if item.field_ref is not None:
            text = field_value(pod, item.field_ref.field_path, surroundings)
        elif item.resource_field_ref is not None:
            text = resource_value(pod, pod.spec.containers[0], item.resource_field_ref, surroundings)
        else:
            text = ""
        yield VolumeFile(item.path, text.encode(), item.mode or mode)

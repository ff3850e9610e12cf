"""Pods and the objects they refer to, as far as a node reads them: typed views that ignore every other field."""

from __future__ import annotations

from typing import Any

import msgspec


class _View(msgspec.Struct, frozen=True, rename="camel"):
    pass


class OwnerReference(_View, frozen=True):
    """Who made an object."""

    uid: str
    kind: str = ""
    name: str = ""
    controller: bool = False


class Metadata(_View, frozen=True):
    """Metadata of any object."""

    name: str
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None


class KeyReference(_View, frozen=True):
    """A key of a ConfigMap or Secret."""

    key: str
    name: str = ""
    optional: bool = False


class FieldReference(_View, frozen=True):
    """A field of the pod."""

    field_path: str


class ResourceReference(_View, frozen=True):
    """A resource of a container."""

    resource: str
    container_name: str = ""
    divisor: str | int = "0"


class EnvironmentSource(_View, frozen=True):
    """Where the value of a variable comes from; at most one is set."""

    field_ref: FieldReference | None = None
    config_map_key_ref: KeyReference | None = None
    secret_key_ref: KeyReference | None = None
    resource_field_ref: ResourceReference | None = None


class Variable(_View, frozen=True):
    """One entry of `env`."""

    name: str
    value: str = ""
    value_from: EnvironmentSource | None = None


class ObjectReference(_View, frozen=True):
    """A ConfigMap or Secret as a whole."""

    name: str = ""
    optional: bool = False


class VariablesSource(_View, frozen=True):
    """One entry of `envFrom`."""

    prefix: str = ""
    config_map_ref: ObjectReference | None = None
    secret_ref: ObjectReference | None = None


class VolumeMount(_View, frozen=True):
    """Where a container sees a volume."""

    name: str
    mount_path: str
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""


class ContainerSecurity(_View, frozen=True):
    """As whom a container or a pod runs."""

    run_as_user: int | None = None
    run_as_group: int | None = None


class Resources(_View, frozen=True):
    """Quantities by resource name."""

    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class Container(_View, frozen=True):
    """A container of a pod."""

    name: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[Variable, ...] = ()
    env_from: tuple[VariablesSource, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    resources: Resources = Resources()
    security_context: ContainerSecurity | None = None
    restart_policy: str | None = None
    termination_message_path: str = "/dev/termination-log"


class KeyToPath(_View, frozen=True):
    """Which key of an object becomes which file."""

    key: str
    path: str
    mode: int | None = None


class ObjectFiles(_View, frozen=True):
    """A ConfigMap or Secret as files; volumes call a Secret's name `secretName`, projections `name`."""

    name: str = ""
    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: int | None = None
    optional: bool = False


class FieldFile(_View, frozen=True):
    """A field of the pod as a file."""

    path: str
    field_ref: FieldReference | None = None
    resource_field_ref: ResourceReference | None = None
    mode: int | None = None


class FieldFiles(_View, frozen=True):
    """Fields of the pod as files (`downwardAPI`)."""

    items: tuple[FieldFile, ...] = ()
    default_mode: int | None = None


class HostPath(_View, frozen=True):
    """A path of the host."""

    path: str
    type: str = ""


class Projection(msgspec.Struct, frozen=True, rename={"config_map": "configMap", "downward_api": "downwardAPI"}):
    """One source of a projected volume."""

    config_map: ObjectFiles | None = None
    secret: ObjectFiles | None = None
    downward_api: FieldFiles | None = None


class Projected(_View, frozen=True):
    """Several sources in one volume."""

    sources: tuple[Projection, ...] | None = None
    default_mode: int | None = None


class Volume(
    msgspec.Struct,
    frozen=True,
    rename={"config_map": "configMap", "downward_api": "downwardAPI", "empty_dir": "emptyDir", "host_path": "hostPath"},
):
    """A volume of a kind that a node knows; of any other kind, all are None."""

    name: str
    empty_dir: dict[str, Any] | None = None
    config_map: ObjectFiles | None = None
    secret: ObjectFiles | None = None
    downward_api: FieldFiles | None = None
    projected: Projected | None = None
    host_path: HostPath | None = None


class Toleration(_View, frozen=True):
    """Which taints a pod puts up with; empty fields match any."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


class HostAlias(_View, frozen=True):
    """Names for an address."""

    ip: str
    hostnames: tuple[str, ...] = ()


class PodSpec(_View, frozen=True):
    """What a pod is to run, and how."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: str = "Always"
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: dict[str, Any] | None = None
    tolerations: tuple[Toleration, ...] = ()
    scheduler_name: str = "default-scheduler"
    scheduling_gates: tuple[dict[str, Any], ...] = ()
    service_account_name: str = ""
    hostname: str = ""
    subdomain: str = ""
    host_aliases: tuple[HostAlias, ...] = ()
    active_deadline_seconds: int | None = None
    termination_grace_period_seconds: int = 30
    security_context: ContainerSecurity | None = None


class PodStatus(_View, frozen=True):
    """What was last said about a pod."""

    phase: str = "Pending"
    pod_ip: str = msgspec.field(default="", name="podIP")
    start_time: str | None = None
    conditions: tuple[dict[str, Any], ...] = ()
    container_statuses: tuple[dict[str, Any], ...] = ()


class Pod(_View, frozen=True):
    """A pod."""

    metadata: Metadata
    spec: PodSpec
    status: PodStatus = PodStatus()

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.metadata.namespace, self.metadata.name

    @property
    def finished(self) -> bool:
        """Whether its phase is final."""
        return self.status.phase in ("Succeeded", "Failed")


class ConfigMap(_View, frozen=True):
    """A ConfigMap; `binary_data` is in base64."""

    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}


class Secret(_View, frozen=True):
    """A Secret; `data` is in base64."""

    data: dict[str, str] = {}


class ServiceSpec(_View, frozen=True):
    """What a service stands for."""

    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    selector: dict[str, str] = {}
    publish_not_ready_addresses: bool = False


class Service(_View, frozen=True):
    """A service."""

    metadata: Metadata
    spec: ServiceSpec = ServiceSpec()

    @property
    def headless(self) -> bool:
        """Whether its name stands for the addresses of its pods."""
        return self.spec.cluster_ip == "None"


class Taint(_View, frozen=True):
    """What keeps pods off a node."""

    key: str
    effect: str
    value: str = ""


class NodeSpec(_View, frozen=True):
    """Whether a node takes pods."""

    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeStatus(_View, frozen=True):
    """What a node offers."""

    allocatable: dict[str, str] = {}


class Node(_View, frozen=True):
    """A node."""

    metadata: Metadata
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

"""Starting one pod's containers: everything between its specification and a running process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

import msgspec

from fork_tools.cluster.node.api import ApiError
from fork_tools.cluster.node.context import HOST_ADDRESS, NodeContext
from fork_tools.cluster.node.files import make_mount_sources, make_volume, rewrite_in_place
from fork_tools.cluster.node.logs.store import PodLogs, RunLog
from fork_tools.cluster.node.pod.command import argv
from fork_tools.cluster.node.pod.environment import environment
from fork_tools.cluster.node.pod.errors import config_error
from fork_tools.cluster.node.pod.fields import Surroundings
from fork_tools.cluster.node.pod.hosts import hostname, hosts_file, service_lines
from fork_tools.cluster.node.pod.images import Environment
from fork_tools.cluster.node.pod.manifest import ConfigMap, Container, Pod, Secret
from fork_tools.cluster.node.pod.references import References, referred_names
from fork_tools.cluster.node.pod.unconfined import unconfined
from fork_tools.cluster.node.pod.volumes import VolumeContent, binds, volume_contents
from fork_tools.cluster.node.sandbox.bundle import Bind, Bundle
from fork_tools.cluster.node.sandbox.client import Run

# No name server can be reached: an unknown name is to fail at once, not after a timeout.
_RESOLVER = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
_LONGEST_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class Started:
    """A container that runs."""

    run: Run
    log: RunLog
    environment: Environment


class Containers:
    """The folder of one pod, and the containers started from it."""

    def __init__(self, context: NodeContext, pod: Pod, address: IPv4Interface) -> None:
        """Make the pod's folder."""
        meta = pod.metadata
        self._context = context
        self._address = str(address.ip)
        # File systems allow 255 bytes, and a pod's name alone may have 253.
        self.folder = context.directory / "pods" / f"{f'{meta.namespace}_{meta.name}'[:200]}_{meta.uid}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._volumes: tuple[VolumeContent, ...] | None = None
        self._hosts = ""
        self.logs = PodLogs(self.folder)

    async def prepare(self, pod: Pod) -> References:
        """Look up what the pod refers to, and make its volumes once. Raises PodError, ApiError."""
        references = await self._look_up(pod)
        if self._volumes is None:
            volumes = volume_contents(pod, self.folder / "volumes", references, self._surroundings())
            for content in volumes:
                make_volume(content)
            self._volumes = volumes
        return references

    async def start(self, pod: Pod, container: Container, references: References) -> Started:
        """Start a container. Raises PodError if it cannot be made, StartError if it cannot be run."""
        image = self._context.images.find(container.image)
        (self.folder / container.name).mkdir(exist_ok=True)
        bundle = self._bundle(pod, container, image, references)
        name = uuid.uuid4().hex
        path = self.folder / container.name / "bundle.json"
        bundle.write(path)
        log = self.logs.begin(container.name)
        try:
            run = await self._context.sandbox.start(pod.metadata.uid, name, path, log.output)
        finally:
            log.close_output()
        return Started(run, log, image)

    def write_hosts(self, pod: Pod, services: Iterable[str]) -> None:
        """Write the names that the pod can resolve now; `services` are the lines of its namespace."""
        text = hosts_file(pod, self._address, services)
        if text != self._hosts:
            rewrite_in_place(self.folder / "hosts", text)
            self._hosts = text

    def _surroundings(self) -> Surroundings:
        return Surroundings(self._address, HOST_ADDRESS, self._context.allocatable)

    async def _look_up(self, pod: Pod) -> References:
        names = referred_names(pod)
        namespace = f"/api/v1/namespaces/{pod.metadata.namespace}"
        config_maps = {name: await self._get(f"{namespace}/configmaps/{name}") for name in names.config_maps}
        secrets = {name: await self._get(f"{namespace}/secrets/{name}") for name in names.secrets}
        return References(
            {name: msgspec.json.decode(raw, type=ConfigMap) for name, raw in config_maps.items() if raw is not None},
            {name: msgspec.json.decode(raw, type=Secret) for name, raw in secrets.items() if raw is not None},
        )

    async def _get(self, path: str) -> bytes | None:
        try:
            return await self._context.api.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def _bundle(self, pod: Pod, container: Container, image: Environment, references: References) -> Bundle:
        base = image.variables(self._context.home) | {"HOSTNAME": hostname(pod)}
        variables = environment(pod, container, base, references, self._surroundings())
        command = argv(container, variables)
        try:
            mounts = make_mount_sources(container, binds(container, self._volumes or (), variables))
        except OSError as error:
            raise config_error(f"cannot prepare a volume: {error}") from error
        security = (container.security_context, pod.spec.security_context)
        users = [each.run_as_user for each in security if each is not None and each.run_as_user is not None]
        groups = [each.run_as_group for each in security if each is not None and each.run_as_group is not None]
        bundle = Bundle(
            argv=command,
            environment=variables,
            working_directory=container.working_dir or ("/" if self._context.confined else str(self.folder)),
            hostname=hostname(pod),
            binds=(*self._name_files(pod), self._message_file(container), *mounts),
            user=next(iter(users), None),
            group=next(iter(groups), None),
        )
        if self._context.confined:
            return bundle
        near = (each for each in self._context.services() if each.metadata.namespace == pod.metadata.namespace)
        return unconfined(bundle, near)

    def message(self, container: Container) -> str:
        """Return what a container left as its termination message."""
        path = self._message_path(container)
        return path.read_bytes()[:_LONGEST_MESSAGE].decode(errors="replace") if path.exists() else ""

    def _message_path(self, container: Container) -> Path:
        return self.folder / container.name / "termination-message"

    def _message_file(self, container: Container) -> Bind:
        path = self._message_path(container)
        path.write_bytes(b"")
        path.chmod(0o666)
        return Bind(str(path), container.termination_message_path)

    def _name_files(self, pod: Pod) -> tuple[Bind, ...]:
        if not self._context.confined:
            return ()
        for name, text in (("hostname", f"{hostname(pod)}\n"), ("resolv.conf", _RESOLVER)):
            rewrite_in_place(self.folder / name, text)
        namespace = pod.metadata.namespace
        self.write_hosts(pod, service_lines(namespace, self._context.services(), self._context.neighbours()))
        return tuple(Bind(str(self.folder / name), f"/etc/{name}") for name in ("hosts", "hostname", "resolv.conf"))

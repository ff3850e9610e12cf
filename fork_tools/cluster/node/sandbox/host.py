"""The sandbox's loop: starts containers, signals them, and reports when they end."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from ipaddress import IPv4Interface

import msgspec

from fork_tools.cluster.node.sandbox.bundle import read_bundle
from fork_tools.cluster.node.sandbox.isolation import Isolation
from fork_tools.cluster.node.sandbox.process import StartError, become_container, heard, reaped
from fork_tools.cluster.node.sandbox.protocol import (
    PACKET_BYTES,
    Attach,
    Attached,
    Detach,
    Ended,
    Ready,
    Refused,
    Report,
    Request,
    Signal,
    Start,
    Started,
)


@dataclass(slots=True)
class _Container:
    name: str
    init: int
    report: int | None


class Host:
    """Serves one agent until it closes its end of the socket."""

    def __init__(self, agent: socket.socket, isolation: Isolation) -> None:
        """Take over SIGCHLD and `agent`, a socket of sequenced packets."""
        self._agent = agent
        self._isolation = isolation
        self._containers: dict[int, _Container] = {}
        self._selector = selectors.DefaultSelector()
        self._children = self._watch_children()
        self._selector.register(agent, selectors.EVENT_READ)
        self._selector.register(self._children, selectors.EVENT_READ)

    def serve(self) -> None:
        """Work until the agent is gone."""
        self._say(Ready())
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._agent:
                    packet, descriptors, _, _ = socket.recv_fds(self._agent, PACKET_BYTES, 1)
                    if not packet:
                        return
                    self._obey(msgspec.json.decode(packet, type=Request), descriptors)
                elif key.fileobj is self._children:
                    self._children.recv(PACKET_BYTES)
                    self._reap()
                else:
                    self._hear(key.data)

    def _watch_children(self) -> socket.socket:
        ours, written = socket.socketpair()
        for end in (ours, written):
            end.setblocking(False)
        self._written = written
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        return ours

    def _obey(self, request: Request, descriptors: list[int]) -> None:
        match request:
            case Attach(pod, address):
                try:
                    self._isolation.attach(pod, IPv4Interface(address))
                except Exception as error:  # a netlink error is no OSError, and one pod is not all pods
                    self._say(Refused(pod, "FailedCreatePodSandBox", str(error)))
                else:
                    self._say(Attached(pod))
            case Detach(pod):
                self._isolation.detach(pod)
            case Start():
                self._start(request, descriptors[0])
            case Signal(name, number):
                for container in self._containers.values():
                    if container.name == name:
                        os.kill(container.init, number)

    def _start(self, request: Start, output: int) -> None:
        try:
            bundle = read_bundle(request.bundle)
            surround = self._isolation.surround(request.pod, bundle)
            report, told = os.pipe()
            with self._isolation.forking():
                init = os.fork()
                if init == 0:
                    signal.set_wakeup_fd(-1)
                    os.close(report)
                    self._agent.close()
                    become_container(bundle, output, told, surround)
            os.close(told)
        except (OSError, KeyError, msgspec.DecodeError) as error:
            self._say(Refused(request.container, "CreateContainerError", str(error)))
            return
        finally:
            os.close(output)
        container = _Container(request.container, init, report)
        self._containers[init] = container
        self._selector.register(report, selectors.EVENT_READ, container)

    def _hear(self, container: _Container) -> bool:
        """Read how the start went, once it is known; tells whether the container started."""
        if container.report is None:
            return True
        self._selector.unregister(container.report)
        with os.fdopen(container.report, "rb") as report:
            failure = heard(report.read())
        container.report = None
        if failure is None:
            self._say(Started(container.name))
            return True
        self._refuse(container, failure)
        return False

    def _refuse(self, container: _Container, failure: StartError) -> None:
        self._containers.pop(container.init, None)
        self._say(Refused(container.name, failure.reason, failure.message))

    def _reap(self) -> None:
        ended = reaped()
        for process, exit_code in ended:
            container = self._containers.get(process)
            if container is not None and self._hear(container):
                del self._containers[process]
                self._say(Ended(container.name, exit_code))
        if ended:
            self._isolation.sweep(frozenset(self._containers))

    def _say(self, report: Report) -> None:
        try:
            self._agent.send(msgspec.json.encode(report))
        except OSError:
            sys.exit(0)

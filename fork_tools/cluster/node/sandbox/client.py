"""The agent's side of the sandbox: an asyncio face on its requests and reports."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path

import msgspec

from fork_tools.cluster.node.sandbox.process import StartError
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

_STANDS_WITHIN = 30.0


class SandboxError(Exception):
    """The kernel does not allow the sandbox; the text says what it refused."""


@dataclass(slots=True)
class Run:
    """A container that was started; `exit_code` is set when it has ended."""

    name: str
    exit_code: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Sandbox:
    """A running sandbox process. Everything that it started ends with it, and it ends with this process."""

    def __init__(self, process: asyncio.subprocess.Process, link: socket.socket) -> None:
        """Serve reports arriving on `link`; see `open_sandbox`."""
        self._process = process
        self._link = link
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._runs: dict[str, Run] = {}
        self._unsent: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(link.fileno(), self._receive)

    async def attach(self, pod: str, address: IPv4Interface) -> None:
        """Give a pod its network. Raises StartError."""
        await self._ask(pod, Attach(pod, str(address)))

    def detach(self, pod: str) -> None:
        """Take the network of a pod away, whose containers have ended."""
        self._send(Detach(pod))

    async def start(self, pod: str, name: str, bundle: Path, output: int) -> Run:
        """Start the container `name` (unique for every run); `output` takes what it writes. Raises StartError."""
        run = self._runs[name] = Run(name)
        try:
            await self._ask(name, Start(pod, name, str(bundle)), output)
        except BaseException:
            self._runs.pop(name, None)
            raise
        return run

    def signal(self, run: Run, number: int) -> None:
        """Signal a container's command; SIGKILL ends all of its processes."""
        self._send(Signal(run.name, number))

    async def close(self) -> None:
        """End every process of every pod."""
        self._stop_watching()
        self._link.close()
        await self._process.wait()

    async def _ask(self, subject: str, request: Request, *descriptors: int) -> None:
        answer = self._waiting[subject] = asyncio.get_running_loop().create_future()
        self._send(request, *descriptors)
        await answer

    def _send(self, request: Request, *descriptors: int) -> None:
        self._unsent.append((msgspec.json.encode(request), descriptors))
        if len(self._unsent) == 1:
            self._send_queued()

    def _send_queued(self) -> None:
        loop = asyncio.get_running_loop()
        while self._unsent:
            packet, descriptors = self._unsent[0]
            try:
                socket.send_fds(self._link, [packet], descriptors)
            except BlockingIOError:
                # A burst of pods is more than the socket holds: the sandbox starts one at a time.
                loop.add_writer(self._link.fileno(), self._send_queued)
                return
            except OSError:
                self._lost()
                return
            self._unsent.popleft()
        loop.remove_writer(self._link.fileno())

    def _receive(self) -> None:
        packet = self._link.recv(PACKET_BYTES)
        if packet:
            self._take(msgspec.json.decode(packet, type=Report))
        else:
            self._lost()

    def _take(self, report: Report) -> None:
        match report:
            case Ready():
                self.ready.set_result(None)
            case Attached(subject) | Started(subject):
                self._settle(subject, None)
            case Refused(subject, reason, message):
                self._settle(subject, StartError(reason, message))
            case Ended(container, exit_code):
                run = self._runs.pop(container, None)
                if run is not None:
                    run.exit_code.set_result(exit_code)

    def _settle(self, subject: str, failure: StartError | None) -> None:
        answer = self._waiting.pop(subject, None)
        if answer is None or answer.done():
            return
        if failure is None:
            answer.set_result(None)
        else:
            answer.set_exception(failure)

    def _lost(self) -> None:
        """Everything ended with the sandbox: tell whoever waits."""
        self._stop_watching()
        for subject in tuple(self._waiting):
            self._settle(subject, StartError("SandboxGone", "the process that holds the pods has ended"))
        for run in self._runs.values():
            run.exit_code.set_result(137)
        self._runs.clear()
        if not self.ready.done():
            self.ready.set_exception(ConnectionResetError())
        self.gone.set()

    def _stop_watching(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._link.fileno())
        loop.remove_writer(self._link.fileno())
        self._unsent.clear()


async def open_sandbox(isolation: str, stage: Path, gateway: IPv4Interface) -> Sandbox:
    """Start a sandbox process; `stage` is an empty folder it may mount on. Raises SandboxError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        arguments = ("--isolation", isolation, "--stage", str(stage), "--gateway", str(gateway))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fork_tools.cluster.node.sandbox", "--socket", str(theirs.fileno()), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
        )
    ours.setblocking(False)
    sandbox = Sandbox(process, ours)
    try:
        await asyncio.wait_for(sandbox.ready, _STANDS_WITHIN)
    except (ConnectionResetError, TimeoutError):
        await sandbox.close()
        raise SandboxError(await _complaint(process)) from None
    return sandbox


async def _complaint(process: asyncio.subprocess.Process) -> str:
    stderr = process.stderr
    text = (await stderr.read()).decode(errors="replace").strip() if stderr is not None else ""
    return text or "the sandbox process ended without a word"

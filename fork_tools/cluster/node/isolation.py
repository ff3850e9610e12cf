"""Choosing how pods are kept apart: tried out, not guessed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from fork_tools.cluster.node.sandbox.bundle import Bundle
from fork_tools.cluster.node.sandbox.client import Sandbox, SandboxError, open_sandbox
from fork_tools.cluster.node.sandbox.process import StartError
from fork_tools.errors import MxforkError

GATEWAY = IPv4Interface("10.244.0.1/16")
_TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class Isolated:
    """An open sandbox; `obstacle` says why its pods have no namespaces, if they have none."""

    sandbox: Sandbox
    obstacle: str = ""

    @property
    def confined(self) -> bool:
        """Whether pods have namespaces."""
        return not self.obstacle

    @property
    def name(self) -> str:
        """Return the isolation as the ready file names it."""
        return "namespaces" if self.confined else "shared"


async def isolate(wanted: str, directory: Path) -> Isolated:
    """Open a sandbox of the `wanted` isolation; `auto` takes namespaces where the kernel allows them.

    Raises MxforkError if namespaces are wanted and forbidden.
    """
    stage = directory / "stage"
    stage.mkdir(parents=True, exist_ok=True)
    if wanted == "shared":
        return Isolated(await open_sandbox("shared", stage, GATEWAY), "asked for by --isolation shared")
    try:
        return Isolated(await _tried(directory, stage))
    except SandboxError as refused:
        if wanted == "namespaces":
            raise MxforkError(
                "this machine does not allow the namespaces that pods run in",
                facts=(("kernel", str(refused)),),
                next_step="use --isolation shared (one job at a time), or allow user namespaces",
            ) from refused
        return Isolated(await open_sandbox("shared", stage, GATEWAY), str(refused))


async def _tried(directory: Path, stage: Path) -> Sandbox:
    """Open a sandbox with namespaces and run one process in it. Raises SandboxError."""
    sandbox = await open_sandbox("namespaces", stage, GATEWAY)
    bundle = directory / "trial.json"
    Bundle((sys.executable, "-c", ""), {}, "/", _TRIAL).write(bundle)
    try:
        await sandbox.attach(_TRIAL, IPv4Interface((GATEWAY.ip + 1, GATEWAY.network.prefixlen)))
        output = os.open(os.devnull, os.O_WRONLY)
        try:
            run = await sandbox.start(_TRIAL, _TRIAL, bundle, output)
        finally:
            os.close(output)
        await run.exit_code
    except StartError as failure:
        await sandbox.close()
        raise SandboxError(failure.message) from failure
    finally:
        bundle.unlink()
    sandbox.detach(_TRIAL)
    return sandbox

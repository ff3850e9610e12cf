"""Run a release's own generators in a checkout, with their time limited and their words kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.queue.checkout import Checkout
from fork_tools.queue.kinds.regenerate import Regenerate, environment_for, go_toolchain, judge
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.target import Target

_SHOWN_LINES = 3
_GRACE = 5  # seconds between asking a command to end and ending it


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code (None: its time ran out), seconds, the log's last lines."""

    code: int | None
    seconds: float
    last: str


def run_command(
    command: tuple[str, ...], folder: Path, log: Path, *, environment: Mapping[str, str], seconds: float
) -> Ended:
    """Run `command` in `folder`, its words going to `log`; it and its children end when their time is over."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    code: int | None
    with log.open("wb") as words:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            env=clean_environment() | dict(environment),
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end_group(process)
    tail = log.read_bytes()[-4096:].decode("utf-8", "replace").strip().splitlines()[-_SHOWN_LINES:]
    return Ended(code, time.monotonic() - begin, " / ".join(line.strip() for line in tail))


def clean_environment() -> dict[str, str]:
    """Return the caller's environment without git's variables: a hook's would lead git to the user's repository."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}


def run_generator(
    name: str, regenerate: Regenerate, checkout: Checkout, base: str, target: Target, log: Path
) -> StepResult:
    """Run a generator on the checkout, whose files are those of the tree `base`, and judge what it changed."""
    missing = [tool for tool in regenerate.tools if shutil.which(tool) is None]
    if missing:
        return StepResult(name, StepClass.FAILED, f"needs {missing[0]}, which is not on the PATH")
    facts = {"tag": target.name, "version": str(target.version)}
    go_mod = checkout.objects.entries(base).get("go.mod")
    toolchain = go_toolchain(checkout.objects.blob(go_mod.id)) if go_mod else None
    if toolchain:
        facts["go"] = toolchain
    try:
        environment = environment_for(regenerate, facts)
    except KeyError as error:
        return StepResult(name, StepClass.CORRUPT, f"its environment uses {error}, which is not known here")
    folder = (checkout.folder / regenerate.directory).resolve()
    if not folder.is_relative_to(checkout.folder.resolve()) or not folder.is_dir():
        return StepResult(name, StepClass.CORRUPT, f"its directory {regenerate.directory} is not in the tree")
    try:
        ended = run_command(
            regenerate.command, folder, log, environment=environment, seconds=regenerate.timeout.total_seconds()
        )
    except OSError as error:
        return StepResult(name, StepClass.FAILED, f"its command cannot be started: {error}")
    if ended.code != 0:
        how = "took too long" if ended.code is None else f"ended with {ended.code}"
        words = f": {ended.last}" if ended.last else ""
        return StepResult(name, StepClass.FAILED, f"{how}{words}", log=str(log), seconds=ended.seconds)
    _, changed = checkout.snapshot(base)
    judged = judge(name, regenerate, changed)
    return StepResult(
        judged.name,
        judged.step_class,
        judged.message,
        judged.changes,
        judged.paths,
        judged.degree,
        log=str(log),
        seconds=ended.seconds,
    )


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what the command left running, too: it has a process group of its own."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, ending)
        except ProcessLookupError:
            break
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            continue
        if process.returncode is not None and ending is signal.SIGTERM:
            continue
    process.wait()

"""A container's processes: an init that keeps the kernel's rules for process 1, and the container's own command."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from fork_tools.cluster.node.sandbox.bundle import Bundle
from fork_tools.cluster.node.sandbox.kernel import die_with_parent

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_SIGNALLED = 128


class StartError(Exception):
    """Why a container could not be started, as the kubelet's reason and a message."""

    def __init__(self, reason: str, message: str) -> None:
        """Keep both parts; only the message is shown as text."""
        super().__init__(message)
        self.reason = reason
        self.message = message


def become_container(bundle: Bundle, output: int, report: int, surround: Callable[[], None]) -> NoReturn:
    """Turn this process, just forked, into a container's init, and start the container's command below it.

    `surround` sets its namespaces up. The descriptor `report` gets a StartError as JSON, or is closed without a word
    once the command runs. Ends with the command's exit code, 128 + n if signal n ended it.
    """
    code = 1
    try:
        die_with_parent()
        signal.pthread_sigmask(signal.SIG_BLOCK, {*FORWARDED, signal.SIGCHLD})
        surround()
        command = os.fork()
        if command == 0:
            _execute(bundle, output, report)
        os.close(report)
        os.close(output)
        code = _attend(command)
    except StartError as failure:
        tell(report, failure)
    except BaseException as error:
        tell(report, StartError("CreateContainerError", f"{error}"))
        if not isinstance(error, OSError):
            traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(code)


def tell(report: int, failure: StartError) -> None:
    """Write `failure` for `heard` to read."""
    os.write(report, json.dumps([failure.reason, failure.message]).encode())


def heard(report: bytes) -> StartError | None:
    """Read what a container's start reported; nothing means that its command runs."""
    return StartError(*json.loads(report)) if report else None


def _execute(bundle: Bundle, output: int, report: int) -> NoReturn:
    try:
        die_with_parent()
        os.setsid()
        with Path(os.devnull).open("rb", buffering=0) as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        _change_user(bundle)
        _change_directory(bundle.working_directory)
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execvpe(bundle.argv[0], bundle.argv, bundle.environment)  # noqa: S606  # it is what a runtime is for
    except OSError as error:
        tell(report, _start_error(bundle.argv[0], error))
    except StartError as failure:
        tell(report, failure)
    finally:
        os._exit(_SIGNALLED)


def _change_user(bundle: Bundle) -> None:
    try:
        if bundle.group is not None:
            os.setgroups([])
            os.setgid(bundle.group)
        if bundle.user is not None:
            os.setuid(bundle.user)
    except OSError as error:
        wanted = f"user {bundle.user}, group {bundle.group}"
        raise StartError("CreateContainerError", f"cannot run as {wanted}: {error.strerror}") from error


def _change_directory(path: str) -> None:
    try:
        os.chdir(path)
    except OSError as error:
        raise StartError("StartError", f'cannot enter workingDir "{path}": {error.strerror}') from error


def _start_error(program: str, error: OSError) -> StartError:
    if isinstance(error, FileNotFoundError) and "/" not in program:
        return StartError("StartError", f'exec: "{program}": executable file not found in $PATH')
    return StartError("StartError", f'exec: "{program}": {(error.strerror or str(error)).lower()}')


def _attend(command: int) -> int:
    """Forward signals to the command and reap every orphan until the command itself has ended."""
    while True:
        number = signal.sigwait({*FORWARDED, signal.SIGCHLD})
        if number != signal.SIGCHLD:
            os.kill(command, number)
            continue
        for process, code in reaped():
            if process == command:
                return code


def reaped() -> list[tuple[int, int]]:
    """Collect every child that has ended: its id and its exit code, 128 + n if signal n ended it."""
    ended: list[tuple[int, int]] = []
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if process == 0:
            return ended
        code = os.waitstatus_to_exitcode(status)
        ended.append((process, code if code >= 0 else _SIGNALLED - code))

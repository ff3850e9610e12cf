"""Wait until a component serves, or say why it never will."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from fork_tools.cluster.credentials import Credentials
from fork_tools.cluster.ports import LOOPBACK
from fork_tools.cluster.processes import ProcessRecord, is_alive
from fork_tools.errors import MxforkError

TIMEOUT = 120.0  # seconds; seconds suffice, but a machine busy with a build may need them
_PAUSE = 0.05
_LINES_SHOWN = 8


class HttpsProbe:
    """Asks one server on loopback, as the administrator, over verified TLS."""

    def __init__(self, port: int, files: Credentials) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=str(files.authority))
        self._context.load_cert_chain(files.administrator.certificate, files.administrator.key)

    def serves(self, *paths: str) -> bool:
        """Tell whether GET of each of `paths` is answered with 200 just now."""
        return all(map(self._succeeds, paths))

    def _succeeds(self, path: str) -> bool:
        connection = http.client.HTTPSConnection(LOOPBACK, self._port, timeout=5, context=self._context)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def wait_until(ready: Callable[[], bool], process: ProcessRecord, log: Path, timeout: float = TIMEOUT) -> None:
    """Return once `ready` holds.

    Raises MxforkError with the end of `log` when `process` ends before, or after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        if not is_alive(process):
            raise _failure(f"{process.name} ended while it was starting", log)
        if time.monotonic() > deadline:
            raise _failure(f"{process.name} is not ready after {timeout:.0f} s", log)
        time.sleep(_PAUSE)


def _failure(what: str, log: Path) -> MxforkError:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES_SHOWN:] if log.exists() else []
    return MxforkError(
        what,
        facts=(("log", str(log)), *(("", line) for line in lines)),
        next_step="read the log; when the cause is gone, run `mxfork cluster up` again",
    )

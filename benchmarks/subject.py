"""The controller under measurement: a process, what it uses, and what it tells of itself."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from fork_tools.cluster.ports import free_port

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROGRAM: Final = Path(sys.executable).parent / "mxjob-controller"


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far; the resident set now and at its peak, in MiB."""

    cpu: float
    rss: float
    peak_rss: float


class Subject:
    """A running controller; `metrics_url` is empty when it does not tell."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], metrics_url: str) -> None:
        self.name = name
        self.pid = process.pid
        self._metrics_url = metrics_url

    def usage(self) -> Usage:
        """Read what the process has used, its threads included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        sizes = {name: int(kib) / 1024 for name, kib in re.findall(r"^(Vm\w+):\s+(\d+) kB", status, re.MULTILINE)}
        return Usage((int(fields[11]) + int(fields[12])) / _TICKS, sizes["VmRSS"], sizes["VmHWM"])

    async def listening(self) -> None:
        """Wait until it tells of itself, if it ever does."""
        while self._metrics_url:
            try:
                await asyncio.to_thread(_fetch, self._metrics_url)
                return
            except OSError:
                await asyncio.sleep(0.1)

    async def requests(self) -> Mapping[str, float]:
        """Return the API requests so far by method, watches counted when they end; nothing when it does not tell."""
        return await self._sum("rest_client_requests_total", "method")

    async def writes(self) -> float:
        """Return the number of requests so far that were to change something."""
        return sum(count for method, count in (await self.requests()).items() if method != "GET")

    async def passes(self) -> float:
        """Return the number of reconciles so far."""
        return sum((await self._sum("controller_runtime_reconcile_total", "controller")).values())

    async def _sum(self, metric: str, label: str) -> dict[str, float]:
        totals: dict[str, float] = {}
        if not self._metrics_url:
            return totals
        text = await asyncio.to_thread(_fetch, self._metrics_url)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == metric:
                    key = sample.labels.get(label, "")
                    totals[key] = totals.get(key, 0) + sample.value
        return totals


@contextmanager
def ours(kubeconfig: Path, log: Path, *flags: str) -> Iterator[Subject]:
    """Run this repository's controller."""
    port = free_port()
    command = [
        *(str(_PROGRAM), f"--kubeconfig={kubeconfig}"),
        *(f"--metrics-bind-address=127.0.0.1:{port}", "--health-probe-bind-address=0", *flags),
    ]
    with _running("mxjob-controller", command, kubeconfig, log, f"http://127.0.0.1:{port}/metrics") as subject:
        yield subject


@contextmanager
def another(command: str, kubeconfig: Path, log: Path) -> Iterator[Subject]:
    """Run another controller, which finds the cluster by KUBECONFIG."""
    words = shlex.split(command)
    with _running(Path(words[0]).name, words, kubeconfig, log, "") as subject:
        yield subject


@contextmanager
def _running(name: str, command: list[str], kubeconfig: Path, log: Path, metrics_url: str) -> Iterator[Subject]:
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    with (
        log.open("ab") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            yield Subject(name, process, metrics_url)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  loopback
        return str(answer.read().decode())

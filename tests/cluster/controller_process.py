"""The controller as its users run it: a process with flags, logs, probes and metrics."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.waiting import wait_until

PROGRAM = Path(sys.executable).parent / "mxjob-controller"
ANY_PORT = "127.0.0.1:0"


class ControllerProcess:
    """A running controller; `lines` is what it logged so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def log(self) -> str:
        """Everything logged so far."""
        return "".join(self.lines)

    def wait_for_log(self, pattern: str, *, within: float = 30) -> re.Match[str]:
        """Wait until a log line matches."""
        wait_until(
            lambda: re.search(pattern, self.log) is not None,
            within=within,
            otherwise=lambda: f"no {pattern!r} in:\n{self.log}",
        )
        match = re.search(pattern, self.log)
        assert match is not None
        return match

    def wait_until_ready(self, *, within: float = 30) -> None:
        """Wait until its caches are filled."""
        wait_until(lambda: self.probe("/readyz")[0] == 200, within=within, otherwise=lambda: self.log)

    def probe(self, path: str) -> tuple[int, str]:
        """Ask the probe listener."""
        return self._ask("probes", path)

    def metrics(self) -> dict[str, float]:
        """Scrape the metrics: `name{label="value",…}`, labels sorted, to value."""
        status, text = self._ask("metrics", "/metrics")
        assert status == 200, text
        return {
            _sample_name(sample.name, sample.labels): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def writes(self) -> float:
        """Count the requests so far that were to change something."""
        requests = {name: n for name, n in self.metrics().items() if name.startswith("rest_client_requests_total")}
        return sum(n for name, n in requests.items() if 'method="GET"' not in name)

    def idle(self) -> bool:
        """Whether no job waits and no pass is under way."""
        metrics = self.metrics()
        label = '{controller="mxjob-controller"}'
        return (
            not metrics['workqueue_depth{name="mxjob-controller"}']
            and not metrics[f"controller_runtime_active_workers{label}"]
        )

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, *, within: float = 30) -> int:
        """Wait for its end and return the exit code."""
        code = self.process.wait(timeout=within)
        self._reader.join(timeout=within)
        return code

    def _ask(self, listener: str, path: str) -> tuple[int, str]:
        port = self.wait_for_log(rf"{listener} on 127\.0\.0\.1:(\d+)").group(1)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.lines.extend(stream)


@contextmanager
def running(*flags: str, environment: Mapping[str, str] | None = None) -> Iterator[ControllerProcess]:
    """Run the controller with free ports and `flags`; it is ended on leaving, if it is still there."""
    command = [str(PROGRAM), f"--metrics-bind-address={ANY_PORT}", f"--health-probe-bind-address={ANY_PORT}", *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    controller = ControllerProcess(process)
    try:
        yield controller
    finally:
        process.kill()
        controller.wait()


def _sample_name(name: str, labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}" if inner else name

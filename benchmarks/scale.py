"""`make scale`: thousands of jobs through their life on thousands of nodes that kwok plays."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from benchmarks.api import JOBS, NAMESPACE, Api, ensure_namespace
from benchmarks.kwok import find_kwok, kwok
from benchmarks.loads import Shape
from benchmarks.pool import each
from benchmarks.subject import Subject, ours
from benchmarks.timeline import Timeline
from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import down, up
from fork_tools.progress import TerminalProgress

_NODES: Final = "/api/v1/nodes"
_TEN: Final = Shape("1 scheduler, 1 server, 8 workers", {"Scheduler": 1, "Server": 1, "Worker": 8})


@dataclass(frozen=True, slots=True)
class Scale:
    """What became of the jobs; times in seconds from the first submission."""

    nodes: int
    jobs: int
    pods: int
    all_children: float
    all_succeeded: float
    objects_per_second: float
    cpu_ms_per_job: float
    peak_rss_mib: float
    status_writes_per_job: float
    requests_per_job: dict[str, float]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--jobs", type=click.IntRange(min=1), default=2000, show_default=True, help="Jobs of ten pods each.")
@click.option("--nodes", type=click.IntRange(min=1), default=2000, show_default=True, help="Nodes that kwok plays.")
@click.option("--seconds", type=float, default=20.0, show_default=True, help="How long a pod runs.")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), default=Path(".bench"), show_default=True)
def scale(jobs: int, nodes: int, seconds: float, output: Path) -> None:
    """Run many jobs on many nodes, and write what that took to scale.json."""
    output.mkdir(parents=True, exist_ok=True)
    progress = TerminalProgress(sys.stderr)
    program = find_kwok(progress)
    with tempfile.TemporaryDirectory(prefix="scale") as scratch:
        directory = Path(scratch) / "cluster"
        cluster = up(directory, assets=find_assets(), tied_to_parent=True, progress=progress)
        try:
            with (
                kwok(program, cluster.kubeconfig, output, seconds),
                ours(cluster.kubeconfig, output / "mxjob-controller.log") as subject,
            ):
                result = asyncio.run(_run(cluster.kubeconfig, subject, jobs, nodes))
        finally:
            down(directory)
    (output / "scale.json").write_bytes(msgspec.json.format(msgspec.json.encode(asdict(result))) + b"\n")
    click.echo((output / "scale.json").read_text(encoding="utf-8"))


async def _run(kubeconfig: Path, subject: Subject, jobs: int, nodes: int) -> Scale:
    api = await Api.connect(kubeconfig)
    timeline = Timeline(api)
    try:
        await ensure_namespace(api, NAMESPACE)
        await subject.listening()
        await each(range(nodes), lambda number: api.post(_NODES, _node(number)), at_once=16)
        await timeline.open()
        start = time.monotonic()
        await each(range(jobs), lambda number: api.post(JOBS, _job(number, nodes)), at_once=16)
        children = await timeline.until(lambda: timeline.children >= 2 * jobs * _TEN.pods) - start
        succeeded = await timeline.until(lambda: timeline.having("Succeeded") >= jobs) - start
        usage, requests = subject.usage(), await subject.requests()
    finally:
        await timeline.close()
        await api.close()
    return Scale(
        nodes=nodes,
        jobs=jobs,
        pods=jobs * _TEN.pods,
        all_children=children,
        all_succeeded=succeeded,
        objects_per_second=2 * jobs * _TEN.pods / children,
        cpu_ms_per_job=1000 * usage.cpu / jobs,
        peak_rss_mib=usage.peak_rss,
        status_writes_per_job=timeline.status_writes / jobs,
        requests_per_job={method: count / jobs for method, count in requests.items()},
    )


def _node(number: int) -> bytes:
    return msgspec.json.encode({"metadata": {"name": _node_name(number)}})


def _job(number: int, nodes: int) -> bytes:
    """Build a job whose pods are placed on a node already: no scheduler runs."""
    job: dict[str, Any] = _TEN.job(f"scale-{number}")
    for spec in job["spec"]["mxReplicaSpecs"].values():
        spec["template"] = {"spec": {**spec["template"]["spec"], "nodeName": _node_name(number % nodes)}}
    return msgspec.json.encode(job)


def _node_name(number: int) -> str:
    return f"kwok-{number}"


if __name__ == "__main__":
    scale()

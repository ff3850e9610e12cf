"""Play the demonstration: set the stage, submit the example, follow it to its end, judge it, clear away."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import click
from kubernetes.aio.client import ApiException

from fork_tools.cluster.components import NODE_AGENT
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.demo import example as examples
from fork_tools.demo import failures
from fork_tools.demo.cluster_view import ClusterView, connect
from fork_tools.demo.example import Example
from fork_tools.demo.following import Following
from fork_tools.demo.narration import Line
from fork_tools.demo.report import looking_around, result_lines
from fork_tools.demo.stage import CONTROLLER, require_alive, require_environment, stage, tail
from fork_tools.demo.telling import Teller
from fork_tools.demo.verdict import Verdict, judge
from fork_tools.errors import MxforkError

_CLEAN_UP_SECONDS = 60
_HEALTH_INTERVAL = 0.5


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What to play: `example` on a cluster in `directory`, with MXNet from `environment`, in at most `seconds`."""

    directory: Path
    environment: Path
    example: Path
    seconds: float
    keep: bool


def play(demonstration: Demonstration) -> None:
    """Play it and print it as it happens; raises MxforkError with the reason when it did not show what it should."""
    examples.require_example(demonstration.example)
    require_environment(demonstration.environment)
    tell = Teller()
    with stage(demonstration.directory, demonstration.environment, tell, keep=demonstration.keep) as cluster:
        try:
            _perform(demonstration, cluster, tell)
        finally:
            if demonstration.keep:
                click.echo("\n".join(looking_around(cluster, demonstration.example, sys.argv[0])))


def _perform(demonstration: Demonstration, cluster: Cluster, tell: Teller) -> None:
    example = examples.apply(cluster, demonstration.example)
    submitted = tell.elapsed
    for name in example.objects:
        tell(Line("kubectl", f"created {name}"))
    verdict = asyncio.run(_follow(cluster, example, demonstration.seconds, tell))
    click.echo("\n".join(result_lines(example, verdict, tell.elapsed - submitted)))
    if not demonstration.keep:
        examples.remove(cluster, example, seconds=_CLEAN_UP_SECONDS)
        tell(Line("kubectl", f"deleted {', '.join(example.objects)}; the garbage collector took pods and services"))


async def _follow(cluster: Cluster, example: Example, seconds: float, tell: Teller) -> Verdict:
    async with connect(cluster.kubeconfig, example.namespace) as view:
        following = Following(view, example.job, tell)
        try:
            async with asyncio.timeout(seconds):
                await following.until_ended(_watch_over(cluster))
        except TimeoutError as error:
            logs = {name: "\n".join(tail(cluster.logs / f"{name}.log")) for name in (CONTROLLER, NODE_AGENT)}
            raise failures.too_late(seconds, following.status, following.pods, logs) from error
        except ExceptionGroup as group:
            raise _reason(group, cluster) from group
        return await _judge(view, following)


async def _judge(view: ClusterView, following: Following) -> Verdict:
    verdict = judge(following.status, {pod: await view.log(pod) for pod in following.workers})
    if verdict.problems:
        suspects = failures.suspects(verdict, following.pods)
        raise failures.failed(verdict, following.pods, {pod: await view.log(pod) for pod in suspects})
    return verdict


async def _watch_over(cluster: Cluster) -> None:
    while True:
        require_alive(cluster)
        await asyncio.sleep(_HEALTH_INTERVAL)


def _reason(group: ExceptionGroup[Exception], cluster: Cluster) -> Exception:
    """Find the error behind a lost connection: usually a process that died."""
    for error in group.exceptions:
        if isinstance(error, MxforkError):
            return error
    require_alive(cluster)
    lost = [error for error in group.exceptions if isinstance(error, aiohttp.ClientError | ApiException)]
    if not lost:
        return group
    return MxforkError(
        "the API server did not answer as it should",
        facts=(("because", f"{type(lost[0]).__name__}: {lost[0]}"), ("log", str(cluster.logs / "kube-apiserver.log"))),
        next_step="mxfork demo --keep    leaves everything up, to look around",
    )

"""`make bench`: one control plane, the ceiling, our controller and perhaps another one."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final

import click
import msgspec

from benchmarks.api import NAMESPACE, Api, ensure_namespace
from benchmarks.ceiling import ceiling
from benchmarks.life import live, warm_up
from benchmarks.loads import SMALL, WIDE, Load
from benchmarks.neighbour import wait_among
from benchmarks.picture import draw
from benchmarks.results import Measured, Results
from benchmarks.standing import stand
from benchmarks.subject import Subject, another, ours
from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, down, up
from fork_tools.progress import Progress, TerminalProgress

LIVES: Final = {
    "small-100": Load("small-100", 100, SMALL),
    "small-500": Load("small-500", 500, SMALL),
    "small-2000": Load("small-2000", 2000, SMALL),
    "wide": Load("wide", 100, WIDE),
}
STANDING: Final = {"idle": Load("idle", 1000, SMALL), "start": Load("start", 2500, SMALL)}
NEIGHBOUR: Final = {"neighbour": Load("neighbour", 2000, SMALL)}

Run = Callable[[], AbstractContextManager[Subject]]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--only",
    type=click.Choice([*LIVES, *STANDING, *NEIGHBOUR]),
    multiple=True,
    help="Measure this only; may be repeated. Default: everything.",
)
@click.option("--shrink", type=click.IntRange(min=1), default=1, help="Divide every number of jobs by this.")
@click.option("--against", metavar="COMMAND", help="Measure this controller as well; it gets KUBECONFIG.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".bench"),
    show_default=True,
    help="Write results.json, lives.svg and the controllers' logs here.",
)
def bench(only: tuple[str, ...], shrink: int, against: str | None, output: Path) -> None:
    """Measure how fast the controller is and what it costs, beside a bare loop on the same control plane.

    \b
    A minute, to see whether a change helped:
      make bench ARGS='--only small-500 --shrink 5'
    Beside the Go operator:
      make bench ARGS='--only small-500 --against "./manager --enable-scheme=mxjob"'

    Compare ratios of one run; times depend on the machine and on who else uses it.
    """  # noqa: D301  click wraps no paragraph that begins with a backspace
    output.mkdir(parents=True, exist_ok=True)
    progress = TerminalProgress(sys.stderr) if sys.stderr.isatty() else Progress()
    with tempfile.TemporaryDirectory(prefix="bench") as scratch:
        directory = Path(scratch) / "cluster"
        cluster = up(directory, assets=find_assets(), tied_to_parent=True, progress=progress)
        results = Results(cluster.version)
        try:
            asyncio.run(_measure(cluster, results, only, shrink, against, output))
        finally:
            down(directory)
            (output / "results.json").write_bytes(msgspec.json.format(msgspec.json.encode(results.document())) + b"\n")
    if results.lives:
        draw(results.lives, output / "lives.svg")


async def _measure(
    cluster: Cluster, results: Results, only: tuple[str, ...], shrink: int, against: str | None, output: Path
) -> None:
    api = await Api.connect(cluster.kubeconfig)
    try:
        await ensure_namespace(api, NAMESPACE)
        await ceiling(api, Load("warm-up", 20, SMALL))
        run: Run = partial(ours, cluster.kubeconfig, output / "mxjob-controller.log")
        runs: list[Run] = [
            run,
            *([partial(another, against, cluster.kubeconfig, output / "against.log")] if against else []),
        ]
        for load in _chosen(LIVES, only, shrink):
            for each in runs:
                results.lives.append(await _life(api, load, each))
                _tell(results.document()["lives"][-1])
        for load in _chosen(STANDING, only, shrink):
            results.standing.append(await stand(api, load, run))
            _tell(results.document()["standing"][-1])
        for load in _chosen(NEIGHBOUR, only, shrink):
            with run() as subject:
                results.neighbour.append(await wait_among(api, load, subject))
            _tell(results.document()["neighbour"][-1])
    finally:
        await api.close()


async def _life(api: Api, load: Load, run: Run) -> Measured:
    before = await ceiling(api, load)
    with run() as subject:
        await warm_up(api, subject)
        life = await live(api, load, subject)
    return Measured(life, before, await ceiling(api, load))


def _chosen(loads: dict[str, Load], only: tuple[str, ...], shrink: int) -> list[Load]:
    return [
        Load(load.name, max(load.jobs // shrink, 1), load.shape)
        for name, load in loads.items()
        if not only or name in only
    ]


def _tell(measured: dict[str, object]) -> None:
    for name, value in measured.items():
        click.echo(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")
    click.echo()


if __name__ == "__main__":
    bench()

"""`mxfork demo`: real distributed training through an MXJob, on a local cluster, told as it happens."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    short_help="Train MXNet through an MXJob on a local cluster.",
    epilog="""\b
Examples:
  mxfork demo                     everything, and nothing left behind
  mxfork demo --keep              leave the cluster up and say how to look around
  mxfork cluster down --dir .demo and how to end it afterwards
""",
)
@click.option(
    "--environment",
    type=click.Path(path_type=Path),
    default=Path(".venv-mxnet"),
    show_default=True,
    help="Virtual environment that holds MXNet; the image example/mxnet stands for it.",
)
@click.option("--keep", is_flag=True, help="Leave the cluster, the controller and the job, and say how to look around.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".demo"),
    show_default=True,
    help="Folder of the cluster; one that an earlier demonstration left there is ended.",
)
@click.option(
    "--example",
    type=click.Path(path_type=Path),
    default=Path("examples/mxnet-digits"),
    show_default=True,
    help="Folder with a kustomization that holds one MXJob.",
)
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long the job may take.",
)
def demo(environment: Path, keep: bool, directory: Path, example: Path, seconds: float) -> None:
    """Train MXNet through an MXJob: one scheduler, one server and two workers on a local cluster.

    Starts a cluster with one node and the controller, submits the example, shows pods, conditions and each worker's
    progress as they happen, checks that all workers end with the same weights, and removes everything again.
    """
    # The Kubernetes client takes a second to load, which no other command should wait for.
    from fork_tools.demo.play import Demonstration, play

    play(Demonstration(directory, environment, example, seconds, keep))

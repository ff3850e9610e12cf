"""Command line of the node agent; `mxfork cluster up --nodes N` starts it."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import click

from fork_tools.cluster.node.agent import Options, run_agent
from fork_tools.errors import MxforkError

_File = click.Path(exists=True, dir_okay=False, path_type=Path)
_Place = click.Path(path_type=Path)


def _images(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Path]:
    table = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not name or not equals or not (Path(path) / "bin").is_dir():
            raise click.BadParameter(f"{value!r} is not NAME=PATH with a folder PATH that has bin/, such as a venv")
        table[name] = Path(path).absolute()
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--kubeconfig", type=_File, required=True, help="How to reach the API server.")
@click.option("--directory", type=_Place, required=True, help="Where pods' folders and logs go.")
@click.option("--nodes", type=click.IntRange(min=1), default=1, show_default=True, help="How many Node objects.")
@click.option("--image", "images", multiple=True, callback=_images, metavar="NAME=PATH", help="Run image in PATH.")
@click.option("--serving-certificate", "certificate", type=_File, required=True, help="For the containerLogs endpoint.")
@click.option("--serving-key", "key", type=_File, required=True, help="Key of the serving certificate.")
@click.option("--client-ca", type=_File, required=True, help="Who signs the API server's client certificate.")
@click.option("--ready-file", type=_Place, required=True, help="Written as JSON once the nodes are Ready.")
@click.option(
    "--isolation",
    type=click.Choice(["auto", "namespaces", "shared"]),
    default="auto",
    show_default=True,
    help="Namespaces keep pods apart; shared runs plain processes, one job at a time.",
)
@click.option(
    "--restart-back-off",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds before a container's second restart, doubling up to 300; a kubelet takes 10.",
)
def main(
    kubeconfig: Path,
    directory: Path,
    nodes: int,
    images: dict[str, Path],
    certificate: Path,
    key: Path,
    client_ca: Path,
    ready_file: Path,
    isolation: str,
    restart_back_off: float,
) -> None:
    r"""Be Kubernetes nodes that run pods as local processes, until SIGTERM.

    \b
    Example:
      python -m fork_tools.cluster.node --kubeconfig admin.conf --directory node --nodes 2
        --image example/mxnet=.venv-mxnet --serving-certificate node.crt --serving-key node.key
        --client-ca ca.crt --ready-file node/ready.json
    """
    options = Options(
        kubeconfig=kubeconfig,
        directory=directory,
        nodes=nodes,
        images=images,
        certificate=certificate,
        key=key,
        client_ca=client_ca,
        ready_file=ready_file,
        isolation=isolation,
        back_off=timedelta(seconds=restart_back_off),
    )
    try:
        asyncio.run(_run(options))
    except MxforkError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run_agent(options, stop, lambda message: click.echo(f"warning: {message}", err=True))


if __name__ == "__main__":
    main()

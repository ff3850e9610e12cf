"""`mxfork cluster`: a local cluster without containers."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fork_tools.cluster import lifecycle
from fork_tools.cluster.assets import DEFAULT_VERSION, find_assets
from fork_tools.cluster.components import Isolation
from fork_tools.cluster.layout import Layout
from fork_tools.errors import ExitCode
from fork_tools.progress import progress_on

directory_option = click.option(
    "--dir", "directory", type=click.Path(path_type=Path), required=True, help="The cluster's own folder."
)
version_option = click.option(
    "--version",
    metavar="VERSION",
    help=f"Kubernetes to build when KUBEBUILDER_ASSETS is not set.  [default: {DEFAULT_VERSION}]",
)
output_option = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="For people, or a script."
)


class ImageMapping(click.ParamType[tuple[str, Path]]):
    """`NAME=PATH`: an image's name, and the local environment that stands for it."""

    name = "NAME=PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        """Split at the first `=` and insist that the environment is there."""
        name, separator, path = str(value).partition("=")
        if not (name and separator and path):
            self.fail(f"{value!r} is not NAME=PATH, for example example/mxnet=.venv-mxnet", param, ctx)
        if not (Path(path) / "bin").is_dir():
            self.fail(f"{path} is to stand for the image {name}, but is no environment: it has no bin/", param, ctx)
        return name, Path(path)


@click.group(short_help="Run a local cluster without containers.")
def cluster() -> None:
    """Run a local cluster without containers: a real control plane, and nodes that run pods as processes.

    For example: mxfork cluster up --dir ./c1, then export the KUBECONFIG it prints, and
    mxfork cluster down --dir ./c1 at the end.
    """


@cluster.command()
@version_option
def assets(version: str | None) -> None:
    """Print the folder that holds etcd, kube-apiserver, kube-controller-manager and kubectl.

    That is KUBEBUILDER_ASSETS if set. Else the programs are built from their Go modules, once for each version, into
    the user's cache (XDG_CACHE_HOME); this takes minutes, a compiler of Go, and a Go module proxy.
    """
    click.echo(find_assets(version, progress_on(sys.stderr)))


@cluster.command()
@directory_option
@click.option("--port", type=click.IntRange(1, 65535), help="Of the API server.  [default: a free one]")
@click.option("--nodes", type=click.IntRange(0), default=0, show_default=True, help="Nodes to run pods on.")
@click.option(
    "--image",
    "images",
    type=ImageMapping(),
    multiple=True,
    help="Local environment that containers of this image run in; may be repeated.",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "namespaces", "shared"]),
    default="auto",
    show_default=True,
    help="Namespaces keep pods apart; shared means one job at a time; auto takes what the kernel allows.",
)
@click.option(
    "--crd",
    "crds",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="CRD to install in place of MXJob's; may be repeated.",
)
@click.option("--no-crd", is_flag=True, help="Install no CRD.")
@click.option(
    "--audit-log", type=click.Path(path_type=Path, dir_okay=False), help="Note every request to the API server here."
)
@version_option
@output_option
def up(
    directory: Path,
    port: int | None,
    nodes: int,
    images: tuple[tuple[str, Path], ...],
    isolation: Isolation,
    crds: tuple[Path, ...],
    no_crd: bool,
    audit_log: Path | None,
    version: str | None,
    output: str,
) -> None:
    """Start etcd, kube-apiserver (with RBAC) and kube-controller-manager, install the MXJob CRD, return when ready.

    The folder must be new or empty. The cluster outlives the terminal; `mxfork cluster down` ends it. For example:

    mxfork cluster up --dir ./c1 --nodes 2 --image example/mxnet=.venv-mxnet
    """
    if crds and no_crd:
        raise click.UsageError("--crd and --no-crd exclude each other")
    if images and not nodes:
        raise click.UsageError("--image needs a node to run on; add --nodes 1")
    started = lifecycle.up(
        directory,
        version=version,
        port=port,
        nodes=nodes,
        images=dict(images),
        isolation=isolation,
        crds=not no_crd and (crds or True),
        audit_log=audit_log,
        progress=progress_on(sys.stderr),
    )
    _render_up(started, output, shown="namespaces" if no_crd else "mxjobs --all-namespaces")


@cluster.command()
@directory_option
@click.option("--keep-logs", is_flag=True, help="Leave the processes' logs in the folder.")
@output_option
def down(directory: Path, keep_logs: bool, output: str) -> None:
    """End what `up` started, the last first, and remove what it made.

    For example: mxfork cluster down --dir ./c1
    """
    with progress_on(sys.stderr).task("ending the cluster"):
        ended = lifecycle.down(directory, keep_logs=keep_logs)
    if output == "json":
        _print_json({"ended": [asdict(record) for record in ended]})
    else:
        names = ", ".join(record.name for record in ended)
        click.echo(f"ended {names}" if names else "nothing was running any more; cleared the folder")


@cluster.command()
@directory_option
@output_option
def status(directory: Path, output: str) -> None:
    """Show the cluster's processes; exit with 0 when all of them run, with 1 when one does not.

    For example: mxfork cluster status --dir ./c1 --output json
    """
    found = lifecycle.status(directory)
    if output == "json":
        _print_json({**asdict(found), "runs": found.runs})
    else:
        _render_status(found)
    raise SystemExit(ExitCode.WELL if found.runs else ExitCode.FINDINGS)


@cluster.command(context_settings={"ignore_unknown_options": True})
@directory_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def kubectl(directory: Path, arguments: tuple[str, ...]) -> None:
    """Run kubectl against the cluster.

    For example: mxfork cluster kubectl --dir ./c1 -- get mxjobs -A
    """
    kubectl_program = lifecycle.status(directory).kubectl
    layout = Layout.of(directory)
    environment = os.environ | {"KUBECONFIG": str(layout.kubeconfig), "KUBECACHEDIR": str(layout.kubectl_cache)}
    os.execve(kubectl_program, [str(kubectl_program), *arguments], environment)  # noqa: S606 - no shell is what we want


def _render_up(started: lifecycle.Cluster, output: str, shown: str) -> None:
    if output == "json":
        _print_json(asdict(started))
        return
    folder = shlex.quote(str(started.directory))
    click.echo(f"Kubernetes {started.version} is up at {started.server}")
    if started.obstacle:
        click.echo(f"its nodes run one job at a time, without namespaces: {started.obstacle}")
    click.echo()
    click.echo(f"  export KUBECONFIG={shlex.quote(str(started.kubeconfig))}")
    click.echo(f"  {shlex.quote(str(started.kubectl))} get {shown}")
    click.echo(f"  mxfork cluster status --dir {folder}")
    click.echo(f"  mxfork cluster down --dir {folder}")


def _render_status(found: lifecycle.ClusterStatus) -> None:
    click.echo(f"Kubernetes {found.version} at {found.server}, {found.nodes} node(s), {found.phase}")
    if found.obstacle:
        click.echo(f"one job at a time, without namespaces: {found.obstacle}")
    click.echo(f"kubeconfig {found.kubeconfig}\n")
    width = max((len(process.name) for process in found.processes), default=0)
    for process in found.processes:
        state = click.style("running", fg="green") if process.alive else click.style("ended  ", fg="red")
        click.echo(f"  {process.name:<{width}}  {process.pid:>8}  {state}  {process.log}")
    if not found.runs:
        click.echo(f"\nnext: mxfork cluster down --dir {shlex.quote(str(found.directory))}    clears it away")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, default=str))

"""`mxfork crd`: the MXJob CustomResourceDefinition as this repository defines it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fork_tools.atomic_file import write_text
from fork_tools.crd import openapi, output
from fork_tools.crd.definition import custom_resource_definition
from fork_tools.crd.rendering import render
from fork_tools.errors import ExitCode
from fork_tools.progress import progress_on

_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# What the API server allows for deprecationWarning.
_LONGEST_WARNING = 256
_EXAMPLES = """\b
Examples:
  mxfork crd generate --output-file crds/kubeflow.org_mxjobs.yaml
  mxfork crd generate --kubeconfig ~/.kube/config | kubectl diff -f -
  mxfork crd generate --check --output-file crds/kubeflow.org_mxjobs.yaml
"""


@click.group()
def crd() -> None:
    """Generate the MXJob CRD."""


@crd.command(epilog=_EXAMPLES)
@click.option("--kubeconfig", type=_EXISTING_FILE, help="Read the pod template from this cluster's API server.")
@click.option("--openapi", "document", type=_EXISTING_FILE, help="Read it from a saved /openapi/v3/api/v1.")
@click.option("--output-file", type=click.Path(dir_okay=False, path_type=Path), help="Write here; default: stdout.")
@click.option(
    "--check", is_flag=True, help="Write nothing; show how --output-file differs, and exit with 1 if it does."
)
@click.option("--deprecated", metavar="MESSAGE", help="Mark the version deprecated; clients show MESSAGE as a warning.")
def generate(
    kubeconfig: Path | None, document: Path | None, output_file: Path | None, check: bool, deprecated: str | None
) -> None:
    """Generate the MXJob CRD from this repository's field definitions and Kubernetes' own pod template.

    Without --kubeconfig and --openapi a local API server is started for it, and ended afterwards.
    """
    _require_sensible(kubeconfig, document, output_file, check, deprecated)
    source = _read(kubeconfig, document)
    text = render(custom_resource_definition(source, deprecation=deprecated), openapi.kubernetes_version(source))
    if output_file is None:
        click.echo(text, nl=False)
    elif check:
        _compare(output_file, text)
    else:
        write_text(output_file, text)


def _require_sensible(
    kubeconfig: Path | None, document: Path | None, output_file: Path | None, check: bool, deprecated: str | None
) -> None:
    if kubeconfig and document:
        raise click.UsageError("--kubeconfig and --openapi exclude each other: keep one of them")
    if check and (output_file is None or not output_file.is_file()):
        raise click.UsageError("--check compares an existing file: name it with --output-file")
    if deprecated is not None and not 0 < len(deprecated) <= _LONGEST_WARNING:
        raise click.UsageError(f"--deprecated takes 1 to {_LONGEST_WARNING} characters, this has {len(deprecated)}")


def _read(kubeconfig: Path | None, document: Path | None) -> Mapping[str, Any]:
    if document:
        return openapi.from_file(document)
    if kubeconfig:
        return openapi.from_cluster(kubeconfig)
    return openapi.from_throwaway_cluster(progress_on(sys.stderr))


def _compare(path: Path, text: str) -> None:
    difference = output.difference(path, text)
    if difference:
        click.echo(difference, nl=False)
        click.echo(f"{path} is not what would be generated now; next: generate it again without --check", err=True)
        sys.exit(ExitCode.FINDINGS)

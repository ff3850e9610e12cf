"""`mxfork doctor`: what to see to in a cluster before installing or upgrading."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from fork_tools.commands.reporting import Reporting, finish, reporting_options
from fork_tools.compat.rules import catalogue
from fork_tools.progress import progress_on


@click.command(
    short_help="Look at a cluster before installing or upgrading.",
    epilog="""\b
Examples:
  mxfork doctor                                    the current context
  mxfork doctor --kubeconfig prod.yaml --output json
  mxfork doctor --service-account kubeflow:mxjob-controller   its permissions as well
""",
)
@click.option("--kubeconfig", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Default: as kubectl.")
@click.option("--context", help="A context of the kubeconfig; default: the current one.")
@click.option(
    "--service-account", metavar="NAMESPACE:NAME", help="Check what the controller may do as this account, too."
)
@reporting_options
def doctor(kubeconfig: Path | None, context: str | None, service_account: str | None, reporting: Reporting) -> None:
    """Look for what an installation would stumble over: old Kubernetes, the CRD's owner, other controllers, webhooks.

    Reads only. Looks at stored versions, MXJobs not valid any more, permissions, gang schedulers and Kueue too.
    """
    account = None
    if service_account is not None:
        namespace, colon, name = service_account.partition(":")
        if not (namespace and colon and name):
            raise click.UsageError("--service-account is NAMESPACE:NAME, for example kubeflow:mxjob-controller")
        account = f"system:serviceaccount:{namespace}:{name}"
    # The Kubernetes client takes a second to load, which no other command should wait for.
    from fork_tools.api_server import connect
    from fork_tools.compat.doctor.examination import examine

    api = connect(kubeconfig, context)
    with progress_on(sys.stderr).task("looking at the cluster"):
        report = examine(api, account)
    api.close()
    arguments = [f" --kubeconfig {kubeconfig}" if kubeconfig else "", f" --context {context}" if context else ""]
    again = f"mxfork doctor{''.join(arguments)}" + (f" --service-account {service_account}" if service_account else "")
    finish(replace(report, reproduce=(again,)), reporting, catalogue())

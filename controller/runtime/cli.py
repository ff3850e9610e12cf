"""The `mxjob-controller` command."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import uvloop

from controller.api.constants import CONTROLLER_NAME, KIND
from controller.reconcile.settings import Settings
from controller.runtime import logs, loop_errors
from controller.runtime.configuration import Configuration
from controller.runtime.credentials import load_credentials
from controller.runtime.errors import StartError
from controller.runtime.flow import RateLimit
from controller.runtime.http import Address, parse_address
from controller.runtime.leader_election import Election
from controller.runtime.operator import operate

log = logging.getLogger(__name__)

_WRONG_USE: Final = 2
_COULD_NOT_COMPLETE: Final = 4
_POD_NAMESPACE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
# What is cached has no cycles: looking through all of it every 700 objects finds nothing.
_COLLECT_EVERY: Final = 50_000


class AddressType(click.ParamType[Address | None]):
    """An address in the style of Go programs."""

    name = "address"

    def convert(self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None) -> Address | None:
        """Parse `value`; click shows what is wrong with it."""
        if isinstance(value, Address):
            return value
        try:
            return parse_address(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class OwnKindType(click.ParamType[str]):
    """The kind of job that this controller runs, in any case, as the Training Operator's flag has it."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse every other kind, since whoever asks for it would wait for it in vain."""
        if value.lower() != KIND.lower():
            self.fail(
                f"this controller runs {KIND}s only, so leave {value!r} out here and run a Training Operator for it",
                param,
                ctx,
            )
        return KIND


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    help="Reach the cluster as this file says."
    " Default: the pod's service account, else $KUBECONFIG, else ~/.kube/config.",
)
@click.option(
    "--namespace",
    envvar="KUBEFLOW_NAMESPACE",
    show_envvar=True,
    default="",
    help="Handle the MXJobs of this namespace only. Default: of all namespaces.",
)
@click.option(
    "--metrics-bind-address",
    type=AddressType(),
    default=":8080",
    show_default=True,
    help="Serve /metrics here; port 0 takes a free one, 0 alone turns it off.",
)
@click.option(
    "--health-probe-bind-address",
    type=AddressType(),
    default=":8081",
    show_default=True,
    help="Serve /healthz and /readyz here; port 0 takes a free one, 0 alone turns it off.",
)
@click.option(
    "--controller-threads",
    "workers",
    type=click.IntRange(min=1, max=1000),
    default=16,
    show_default=True,
    help="Handle this many jobs at the same time.",
)
@click.option(
    "--kube-api-qps",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    help="Send at most this many requests a second to the API server; 0 leaves it to the API server to say so.",
)
@click.option(
    "--kube-api-burst",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="With --kube-api-qps: send this many at once after a rest; 0 takes what is due in a second.",
)
@click.option(
    "--enable-scheme",
    type=OwnKindType(),
    multiple=True,
    expose_value=False,
    help=f"Changes nothing: {KIND.lower()} is the only kind there is. Here for deployments that passed it to v1.8.1.",
)
@click.option(
    "--gang-scheduler-name",
    default="",
    help="Let this scheduler start a job's pods together: volcano, or the name of a scheduler that understands"
    " scheduler-plugins' PodGroups. Default: no gang scheduling.",
)
@click.option(
    "--leader-elect",
    type=bool,
    is_flag=False,
    flag_value="true",
    default=False,
    show_default=True,
    help="Let one of several replicas work, by a Lease; the others stand by and take over within 16 s.",
)
@click.option(
    "--leader-election-id",
    default=CONTROLLER_NAME,
    show_default=True,
    help="Name of that Lease.",
)
@click.option(
    "--leader-election-namespace",
    default="",
    help="Namespace of that Lease. Default: the pod's own.",
)
@click.option(
    "--webhook-bind-address",
    type=AddressType(),
    default="0",
    show_default=True,
    help="Serve the admission webhook here; 0 leaves it out.",
)
@click.option(
    "--webhook-certificate-dir",
    type=click.Path(path_type=Path),
    default=Path("/var/run/mxjob-controller/webhook"),
    show_default=True,
    help="The webhook's tls.crt and tls.key; taken up within a minute when they change.",
)
@click.option(
    "--ignore-other-controllers",
    is_flag=True,
    help="Start even where a Training Operator up to v1.8 still reconciles MXJobs.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    default="info",
    show_default=True,
    help="Log from this level on: info tells each change of a job's state, debug each look at a job.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"], case_sensitive=False),
    default="text",
    show_default=True,
    help="Log lines for people, or JSON lines for a collector.",
)
@click.version_option(package_name="mxjob-fork-kit")
def mxjob_controller(
    kubeconfig: Path | None,
    namespace: str,
    metrics_bind_address: Address | None,
    health_probe_bind_address: Address | None,
    workers: int,
    kube_api_qps: float,
    kube_api_burst: int,
    gang_scheduler_name: str,
    leader_elect: bool,
    leader_election_id: str,
    leader_election_namespace: str,
    webhook_bind_address: Address | None,
    webhook_certificate_dir: Path,
    ignore_other_controllers: bool,
    log_level: str,
    log_format: str,
) -> None:
    """Run MXJobs: make the pods and services that each asks for, and keep its status true.

    \b
    It waits for the MXJob CRD; install it:
      kubectl apply -f crds/kubeflow.org_mxjobs.yaml
    Try it from your desk against the cluster that kubectl talks to:
      mxjob-controller --namespace default --log-level debug
    See what it does:
      kubectl get mxjobs --all-namespaces --watch
      curl localhost:8080/metrics

    SIGTERM and Ctrl-C finish the work under way and end the process.

    \b
    Exit codes: 0 told to end, 2 wrong use, 4 something failed that it cannot go on without.
    """  # noqa: D301  click wraps no paragraph that begins with a backspace
    logs.configure(log_level.lower(), log_format.lower())
    configuration = Configuration(
        kubeconfig=kubeconfig,
        namespace=namespace,
        metrics_address=metrics_bind_address,
        probe_address=health_probe_bind_address,
        workers=workers,
        settings=Settings(gang_scheduler_name=gang_scheduler_name),
        election=_election(leader_election_namespace, leader_election_id) if leader_elect else None,
        rate_limit=RateLimit(kube_api_qps, kube_api_burst),
        ignore_other_controllers=ignore_other_controllers,
        webhook_address=webhook_bind_address,
        webhook_certificate=webhook_certificate_dir if webhook_bind_address else None,
    )
    gc.set_threshold(_COLLECT_EVERY)
    uvloop.run(_run(configuration))


def _election(namespace: str, name: str) -> Election:
    """Find the Lease that decides; raises StartError outside a cluster when no namespace is named."""
    if not namespace and _POD_NAMESPACE.is_file():
        namespace = _POD_NAMESPACE.read_text(encoding="utf-8").strip()
    if not namespace:
        raise StartError(
            "no namespace for the lease: not in a pod, and none is named",
            next_step="--leader-election-namespace NAME",
        )
    return Election(namespace, name)


async def _run(configuration: Configuration) -> None:
    asyncio.get_running_loop().set_exception_handler(loop_errors.tell)
    credentials = await load_credentials(configuration.kubeconfig)
    await operate(configuration, credentials)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with `arguments` (the process's own by default) and exit with a documented code."""
    try:
        mxjob_controller.main(args=arguments, prog_name="mxjob-controller", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(_WRONG_USE)
    except StartError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(_WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception:
        log.critical("the process cannot go on", exc_info=True)
        sys.exit(_COULD_NOT_COMPLETE)

"""`mxfork compat crd`: what breaks between two CustomResourceDefinitions."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from packaging.version import InvalidVersion, Version

from fork_tools.cluster.lifecycle import up
from fork_tools.commands.reporting import Reporting, exit_code, finish, reporting_options
from fork_tools.compat.crd import crdify_json
from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.check import Comparison, compare_pair, suite
from fork_tools.compat.crd.findings import Levels
from fork_tools.compat.crd.live import objects_case
from fork_tools.compat.crd.pairing import pair_up
from fork_tools.compat.crd.proving import prove
from fork_tools.compat.crd.sources.cluster import ClusterApi
from fork_tools.compat.crd.sources.source import Reader
from fork_tools.compat.rules import catalogue
from fork_tools.compat.verdict import verdict
from fork_tools.compat.waivers.applying import apply_waivers
from fork_tools.compat.waivers.reading import read_waivers
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.progress import Progress, progress_on
from fork_tools.report.finding import Level
from fork_tools.report.report import Report, Suite
from fork_tools.upstream.configuration import Configuration, find_fork, read_configuration
from fork_tools.upstream.repository import Repository, open_repository

_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_THROW_AWAY = "local"
_WAIVERS = Path("patches") / "waivers.toml"
_EXAMPLES = """\b
OLD and NEW are each one of:
  FILE or FOLDER            with CRDs in YAML or JSON; of a folder crds/, config/crd/bases or all of it
  git:REF[:PATH]            at a commit of the repository that you are in
  upstream:TAG[:PATH]       at a release of the upstream that patches/fork.toml names
  cluster:[CONTEXT]         installed in a cluster

\b
Examples:
  mxfork compat crd upstream:v1.8.1 crds/kubeflow.org_mxjobs.yaml
  mxfork compat crd git:main:crds crds --output-file crd.html
  mxfork compat crd cluster: crds --against-cluster           which jobs would break
  mxfork compat crd old.yaml new.yaml --prove local           ask a real API server about each witness
  mxfork compat crd old.yaml new.yaml --level enum-value-added=off
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for besides OLD and NEW."""

    name: str | None
    prove: str | None
    against: str | None
    kubeconfig: Path | None
    waivers: Path | None


def _levels(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> Mapping[str, Level | None]:
    """Read RULE=LEVEL pairs."""
    chosen: dict[str, Level | None] = {}
    for value in values:
        rule, _, level = value.partition("=")
        rule = rule if rule.startswith("crd/") else f"crd/{rule}"
        if rule not in RULES:
            raise click.BadParameter(f"there is no rule {rule}; `mxfork explain crd` lists them")
        if level not in ("off", *(known.label for known in Level)):
            raise click.BadParameter(f"{value}: write {rule}=error, =warning, =note or =off")
        chosen[rule] = None if level == "off" else Level[level.upper()]
    return chosen


@click.command(epilog=_EXAMPLES)
@click.argument("old")
@click.argument("new")
@click.option("--name", metavar="CRD", help="Compare only this one, for example mxjobs.kubeflow.org.")
@click.option("--strict", is_flag=True, help="Tell also descriptions and conventions, as notes.")
@click.option(
    "--level", "chosen", multiple=True, callback=_levels, metavar="RULE=LEVEL", help="error, warning, note or off."
)
@click.option(
    "--format", "shape", type=click.Choice(["crdify-json"]), help="Write what crdify writes, instead of a report."
)
@click.option(
    "--prove",
    metavar="KUBECONFIG",
    help="Try each witness on this cluster: both CRDs are installed under scratch groups and removed again."
    " `local` starts a throw-away cluster for it.",
)
@click.option(
    "--against-cluster",
    "against",
    is_flag=False,
    flag_value="",
    metavar="[CONTEXT]",
    help="List the objects of a cluster that NEW would refuse or cut.",
)
@click.option("--kubeconfig", type=_EXISTING_FILE, help="Instead of the usual one, for cluster: and --against-cluster.")
@click.option("--waivers", type=_EXISTING_FILE, help=f"Default: {_WAIVERS} here, if there is one.")
@click.option(
    "--upstream", type=_EXISTING_FOLDER, envvar="MXFORK_UPSTREAM", help="A clone to read upstream: from, unchanged."
)
@click.option("--offline", is_flag=True, help="Fetch nothing.")
@reporting_options
def crd(
    old: str,
    new: str,
    strict: bool,
    chosen: Mapping[str, Level | None],
    shape: str | None,
    upstream: Path | None,
    offline: bool,
    reporting: Reporting,
    **rest: object,
) -> None:
    """Compare two CRDs: what breaks for writers, readers and stored objects, each with an object that proves it."""
    options = Options(**rest)  # type: ignore[arg-type]  # click gives what the options declare
    progress = progress_on(sys.stderr)
    levels = Levels(strict, chosen)
    reader = Reader(lambda: _upstream(upstream, offline, progress), _clone, options.kubeconfig)
    with progress.task(f"reading {old} and {new}"):
        pairing = pair_up(*reader.both(old, new, options.name), options.name)
    comparisons = []
    for before, after in pairing.pairs:
        with progress.task(f"comparing {before.definition.name}") as detail:
            comparisons.append(compare_pair(before, after, levels, detail))
    if options.prove:
        comparisons = _proven(comparisons, options.prove, progress)
    suites = (suite(tuple(comparisons), pairing),)
    if options.against is not None:
        suites = (_with_objects(suites[0], comparisons, ClusterApi(options.kubeconfig, options.against or None)),)
    report = _report(old, new, _waived(suites, options.waivers, old, new), comparisons)
    if shape:
        _crdify(comparisons, levels)
        sys.exit(exit_code(report, reporting.fail_on))
    finish(report, reporting, catalogue())


def _upstream(path: Path | None, offline: bool, progress: Progress) -> Repository:
    if path is not None:
        return _clone(path)
    return open_repository(read_configuration(find_fork(Path.cwd())), offline=offline, progress=progress)


def _clone(path: Path) -> Repository:
    return open_repository(Configuration(path, str(path), (), (), ()), path=path, offline=True)


def _proven(comparisons: list[Comparison], where: str, progress: Progress) -> list[Comparison]:
    with _api(where, progress) as api, progress.task(f"proving witnesses on {where}") as detail:
        return [prove(comparison, api, detail) for comparison in comparisons]


@contextmanager
def _api(where: str, progress: Progress) -> Iterator[ClusterApi]:
    if where != _THROW_AWAY:
        if not Path(where).is_file():
            raise MxforkError(
                f"--prove {where}: there is no such kubeconfig",
                next_step="name a kubeconfig, or `local` for a throw-away cluster",
                exit_code=ExitCode.WRONG_USE,
            )
        yield ClusterApi(Path(where))
        return
    with tempfile.TemporaryDirectory(prefix="mxfork-crd-") as folder:
        cluster = up(Path(folder) / "cluster", crds=False, tied_to_parent=True, progress=progress)
        try:
            yield ClusterApi(cluster.kubeconfig)
        finally:
            cluster.down()


def _with_objects(made: Suite, comparisons: list[Comparison], api: ClusterApi) -> Suite:
    cases = tuple(
        objects_case(
            f"{comparison.name}: objects of {api.name}",
            comparison.new.definition,
            api.objects(comparison.old.definition),
        )
        for comparison in comparisons
    )
    return Suite(made.name, (*made.cases, *cases))


def _waived(suites: tuple[Suite, ...], path: Path | None, old: str, new: str) -> tuple[Suite, ...]:
    """Apply waivers; the fork's own are about what the fork ships, so not to a comparison of upstream with itself."""
    chosen = path or (_WAIVERS if _WAIVERS.is_file() and not new.startswith("upstream:") else None)
    if chosen is None:
        return suites
    return apply_waivers(suites, read_waivers(chosen), datetime.now(UTC).date(), _release(old))


def _release(source: str) -> Version | None:
    """Take the version out of a source such as upstream:v1.8.1."""
    kind, _, tag = source.partition(":")
    try:
        return Version(tag.partition(":")[0]) if kind == "upstream" else None
    except InvalidVersion:
        return None


def _report(old: str, new: str, suites: tuple[Suite, ...], comparisons: list[Comparison]) -> Report:
    facts = {"old": old, "new": new}
    changes = sum(len(comparison.changes) for comparison in comparisons)
    facts["changes"] = f"{changes} in all, those of the same kind told together, descriptions left out"
    return Report(
        kind="compat/crd",
        title=f"CRD compatibility: {old} -> {new}",
        verdict=verdict(suites).value,
        suites=suites,
        facts=facts,
        reproduce=(f"mxfork compat crd {old} {new}",),
    )


def _crdify(comparisons: list[Comparison], levels: Levels) -> None:
    if len(comparisons) != 1:
        raise MxforkError(
            f"crdify's form holds one CRD, and there are {len(comparisons)}",
            next_step=f"choose one with --name, for example --name {comparisons[0].name}",
            exit_code=ExitCode.WRONG_USE,
        )
    click.echo(crdify_json.render(comparisons[0], levels), nl=False)

"""`mxfork release`: cut a release of the fork, or say why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from fork_tools.commands.fork import Fork, fork_options
from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.apply import Run, Setting, apply_queue
from fork_tools.queue.lock_verify import verify_lock
from fork_tools.queue.locking import read_lock
from fork_tools.queue.objects import Objects
from fork_tools.queue.target import Target, choose
from fork_tools.release.artifacts import source_archive, write_artifacts
from fork_tools.release.changelog import changelog
from fork_tools.release.naming import Names, names_for
from fork_tools.release.sbom import sbom
from fork_tools.report.finding import Level
from fork_tools.report.report import Report
from fork_tools.upstream.changes import Changes, changes
from fork_tools.upstream.ledger import read_ledger
from fork_tools.upstream.looking import look
from fork_tools.upstream.rules import RELEASE_NOT_CARRIED

_REASONS = 8


@click.command(
    epilog="""\b
Examples:
  mxfork release --lane 1.x --dry-run
  mxfork release --lane 1.x --number 2 --output-dir dist/v1.9.4+mxjob.2
"""
)
@click.option("--lane", required=True, metavar="LANE", help="The lane whose newest release is taken.")
@click.option("--to", "tag", metavar="TAG", help="Another release of the lane.")
@click.option("--number", type=click.IntRange(1), default=1, show_default=True, help="The fork's own count, from 1.")
@click.option("--since", metavar="TAG", help="Tell upstream's changes since this tag; default: the release before.")
@click.option("--output-dir", type=click.Path(path_type=Path), metavar="DIR", help="Default: dist/ and the git tag.")
@click.option("--with", "wanted", multiple=True, metavar="STEP", help="Take in an optional step or topic, or `all`.")
@click.option("--no-regenerate", is_flag=True, help="Leave the generators out; only with --dry-run.")
@click.option("--dry-run", is_flag=True, help="Check everything and show the changelog; write and tag nothing.")
@fork_options
def release(
    fork: Fork,
    lane: str,
    tag: str | None,
    number: int,
    since: str | None,
    output_dir: Path | None,
    wanted: tuple[str, ...],
    no_regenerate: bool,
    dry_run: bool,
) -> None:
    """Cut the fork's release: changelog, source, bill of materials with pedigree, names, checksums, tag.

    Refuses when something is red: a step that does not go in, an unclassified commit, a tag that moved, or a tree that
    is not the one in patches/fork.lock.
    """
    if no_regenerate and not dry_run:
        raise click.UsageError("--no-regenerate makes no release: add --dry-run")
    configuration = fork.configuration
    with fork.setting(wanted=wanted, regenerate=not no_regenerate, refresh=True) as (setting, store):
        target, before = _chosen(fork, setting, lane, tag)
        names = names_for(target.name, target.version, number)
        looked = look(configuration, setting.repository, fork.progress, complete=fork.upstream is None, write=False)
        run = apply_queue(setting, target, fork.progress)
        _refuse_red(run, looked, _locked(fork, setting, target, regenerate=not no_regenerate))
        old = since or (before.name if before else None)
        new = (
            changes(setting.repository, old, target.commit, configuration.watched(configuration.lane(lane)))
            if old
            else None
        )
        files = _files(fork, names, run, new, store.objects)
        if dry_run:
            click.echo(files["CHANGELOG.md"].decode(), nl=False)
            click.echo(f"\nwould release {names.git} ({', '.join(sorted(files))})", err=True)
            return
        folder = output_dir or Path("dist") / names.git
        write_artifacts(folder, files)
        store.objects.git("update-ref", f"refs/tags/{names.git}", run.commit)
    click.echo(f"released {names.git} as {run.commit[:12]} in {folder}")
    click.echo(
        f"  next  git push REMOTE {names.git}    from a worktree: mxfork queue apply --to {target.name} --worktree DIR"
    )


def _chosen(fork: Fork, setting: Setting, lane: str, tag: str | None) -> tuple[Target, Target | None]:
    targets = choose(fork.configuration, setting.repository, to=None, lane=lane, every=False)
    found = sorted((target for target in targets if target.tag_object), key=lambda target: target.version)
    position = next(
        (index for index, target in enumerate(found) if target.name == tag), None if tag else len(found) - 1
    )
    if position is None or not found:
        raise MxforkError(
            f"lane {lane} has no release {tag or ''}".rstrip(),
            next_step="mxfork upstream releases    lists them",
            exit_code=ExitCode.WRONG_USE,
        )
    return found[position], found[position - 1] if position else None


def _locked(fork: Fork, setting: Setting, target: Target, *, regenerate: bool) -> Report | None:
    known = read_lock(fork.patches)
    if known is None or target.name not in known.releases:
        return None
    names = (target.name,)
    queue, repository = setting.queue, replace(setting.repository, offline=True)
    return verify_lock(
        fork.configuration, queue, repository, known, names=names, regenerate=regenerate, progress=fork.progress
    )


def _refuse_red(run: Run, looked: Report, verified: Report | None) -> None:
    reasons = [f"{tried.step.name} is {tried.result.label}" for tried in run.steps if not tried.result.holds]
    if run.ended is not None:
        reasons.append(f"{run.target.name} has no {run.ended}: the lane has ended")
    if verified is None:
        reasons.append(f"{run.target.name} is not in patches/fork.lock")
    for report in filter(None, (looked, verified)):
        red = (found for found in report.findings() if found.level is Level.ERROR)
        reasons += [f"{found.subject} {found.message}" for found in red if found.rule != RELEASE_NOT_CARRIED.id]
    if reasons:
        raise MxforkError(
            f"{run.target.name} is not fit to be released",
            facts=tuple(("because", reason) for reason in dict.fromkeys(reasons[:_REASONS])),
            next_step="mxfork sync    shows everything that needs work",
            exit_code=ExitCode.FINDINGS,
        )


def _files(fork: Fork, names: Names, run: Run, new: Changes | None, objects: Objects) -> dict[str, bytes]:
    url, ledger = fork.configuration.url, read_ledger(fork.patches)
    return {
        "CHANGELOG.md": changelog(names, run, new, ledger, url).encode(),
        "sbom.cdx.json": sbom(names, run, objects, url).encode(),
        "versions.json": (json.dumps(names.document(), indent=2) + "\n").encode(),
        f"source-{names.image}.tar.gz": source_archive(objects, run, f"trainer-{names.image}"),
    }

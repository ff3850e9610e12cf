"""All checks of a patched release, one after the other, as a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fork_tools.progress import Progress
from fork_tools.queue.apply import Run, Setting, apply_queue
from fork_tools.queue.checkout import scratch_checkout
from fork_tools.queue.generators import run_command
from fork_tools.queue.patterns import matches
from fork_tools.queue.reporting import report_runs
from fork_tools.queue.target import Target
from fork_tools.queue.verify.build import check_build
from fork_tools.queue.verify.checks import Check, Kind, failure
from fork_tools.queue.verify.context import Checked, Patched
from fork_tools.queue.verify.coverage import check_coverage
from fork_tools.queue.verify.oracle import check_oracle
from fork_tools.queue.verify.rules import BY_ID
from fork_tools.queue.verify.trust import check_trust
from fork_tools.report.report import Case, Outcome, Suite


@dataclass(frozen=True, slots=True)
class Depth:
    """What to run besides the checks that look at trees only; `seconds` limit each command."""

    trust: bool = True
    build: bool = True
    tests: bool = True
    seconds: float = 3600.0


def verify_release(
    setting: Setting, target: Target, checks: tuple[Check, ...], depth: Depth, progress: Progress
) -> tuple[Run, tuple[Suite, ...]]:
    """Apply the queue to `target` and check what came out; a queue that does not apply is not checked further."""
    run = apply_queue(setting, target, progress)
    applied = report_runs((run,), ()).suites
    if not run.applies or run.ended is not None:
        return run, applied
    patched = Patched(run, setting.objects, setting.logs / target.name, depth.seconds)
    steps = {tried.result.name for tried in run.steps}
    mine = [check for check in checks if check.meant_for(target.version) and check.is_about(steps)]
    exceptions = {check.commit: check.exceptions for check in mine if check.kind is Kind.COVERAGE}
    found = check_coverage(patched, exceptions)
    found += [check_oracle(patched, check) for check in mine if check.kind is Kind.ORACLE]
    found += [_asserted(patched, check) for check in mine if check.kind is Kind.ASSERT]
    found += _commanded(patched, [check for check in mine if check.kind is Kind.COMMAND], progress)
    if depth.trust and run.regenerated:
        found += check_trust(patched, progress)
    if depth.build:
        found += check_build(patched, progress, tests=depth.tests)
    return run, (*applied, Suite(f"{target.name}: checks", tuple(map(_case, found))))


def _case(checked: Checked) -> Case:
    if checked.could_not:
        return Case(checked.name, Outcome.ERROR, checked.could_not, checked.findings, checked.seconds)
    bad = any(finding.level > BY_ID["queue/known-failure"].level for finding in checked.findings)
    outcome = Outcome.FAILED if bad else Outcome.PASSED
    return Case(checked.name, outcome, checked.summary, checked.findings, checked.seconds)


def _asserted(patched: Patched, check: Check) -> Checked:
    entries = patched.objects.entries(patched.run.tree)
    wrong = []
    for assertion in check.assertions:
        meant = {path: patched.objects.blob(e.id) for path, e in entries.items() if matches(assertion.file, path)}
        if problem := failure(assertion, meant):
            wrong.append(problem)
    findings = tuple(
        BY_ID["queue/check"].finding(check.name, problem, location=patched.location_of(check.step)) for problem in wrong
    )
    held = len(check.assertions) - len(wrong)
    return Checked(check.name, f"{held} of {len(check.assertions)} assertions hold", findings)


def _commanded(patched: Patched, checks: list[Check], progress: Progress) -> list[Checked]:
    if not checks:
        return []
    found = []
    with scratch_checkout(patched.objects, patched.run.commit) as checkout:
        for check in checks:
            log: Path = patched.logs / f"check-{check.name.replace('/', '-')}.log"
            environment = {**check.environment, "MXFORK_TAG": patched.run.target.name}
            with progress.task(f"{patched.run.target.name}: {check.name}", logged=True):
                try:
                    ended = run_command(
                        check.command,
                        checkout.folder,
                        log,
                        environment=environment,
                        seconds=min(check.timeout.total_seconds(), patched.seconds),
                    )
                except OSError as error:
                    found.append(Checked(check.name, "", could_not=f"cannot be started: {error}"))
                    continue
            if ended.code is None:
                found.append(Checked(check.name, "", could_not=f"took too long; log {log}", seconds=ended.seconds))
                continue
            message = f"ended with {ended.code}: {ended.last}"
            finding = BY_ID["queue/check"].finding(
                check.name, message, location=patched.location_of(check.step), details={"log": str(log)}
            )
            findings = (finding,) if ended.code else ()
            found.append(Checked(check.name, message if ended.code else "holds", findings, seconds=ended.seconds))
            checkout.show(patched.run.commit)
    return found

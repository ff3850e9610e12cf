"""Generator trust: a generator leaves the untouched release as it is, and its own result as it made it."""

from __future__ import annotations

from fork_tools.progress import Progress
from fork_tools.queue.checkout import scratch_checkout
from fork_tools.queue.generators import run_generator
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.result import StepClass, StepResult
from fork_tools.queue.step import Step
from fork_tools.queue.verify.context import Checked, Patched
from fork_tools.queue.verify.rules import BY_ID


def check_trust(patched: Patched, progress: Progress) -> list[Checked]:
    """Run every generator of the queue on the release, and once more on the patched tree."""
    steps = [tried.step for tried in patched.run.steps if isinstance(tried.step.action, Regenerate)]
    if not steps:
        return []
    target = patched.run.target
    untouched = _run_all(patched, steps, target.commit, patched.run.upstream_tree, "untouched", progress)
    again = _run_all(patched, steps, patched.run.commit, patched.run.tree, "again", progress)
    return [
        *(_judged(patched, step, untouched[step.name], "queue/generator-untrusted", target.name) for step in steps),
        *(_judged(patched, step, again[step.name], "queue/generator-unstable", "its own result") for step in steps),
    ]


def _run_all(
    patched: Patched, steps: list[Step], commit: str, tree: str, what: str, progress: Progress
) -> dict[str, StepResult]:
    results: dict[str, StepResult] = {}
    with scratch_checkout(patched.objects, commit) as checkout:
        for step in steps:
            if not isinstance(step.action, Regenerate):
                continue
            log = patched.logs / f"{step.name.replace('/', '-')}-{what}.log"
            with progress.task(f"{patched.run.target.name}: {step.name}, {what}", logged=True):
                results[step.name] = run_generator(step.name, step.action, checkout, tree, patched.run.target, log)
            checkout.show(commit)
    return results


def _judged(patched: Patched, step: Step, result: StepResult, rule: str, what: str) -> Checked:
    name = f"{step.name} on {what}"
    if result.step_class in {StepClass.FAILED, StepClass.CORRUPT}:
        return Checked(name, result.message, could_not=f"{result.message}; log {result.log}", seconds=result.seconds)
    if result.step_class is StepClass.ALREADY_UPSTREAM:
        return Checked(name, "changes nothing", seconds=result.seconds)
    trusted = isinstance(step.action, Regenerate) and step.action.trusted and rule == "queue/generator-untrusted"
    if trusted:
        return Checked(name, f"changes {len(result.paths)} files, and is trusted all the same", seconds=result.seconds)
    paths = [path.path for path in result.paths]
    message = f"changes {', '.join(paths[:3])}{f' and {len(paths) - 3} more' if len(paths) > 3 else ''} of {what}"
    finding = BY_ID[rule].finding(
        step.name, message, location=patched.location_of(step.name), details={"paths": paths, "log": result.log}
    )
    return Checked(name, message, (finding,), seconds=result.seconds)

"""The queue that ships: it can be read, says why each step is there, and holds nothing of upstream's."""

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.queue.edits.structural import Structural
from fork_tools.queue.edits.structured import StructuredEdit
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.pick import Pick
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.kinds.restore import Restore
from fork_tools.queue.kinds.rewrite import Rewrite
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.plan import plan_for
from fork_tools.queue.series import SUFFIXES, read_queue
from fork_tools.queue.step import Step
from fork_tools.queue.verify.checks import Check, Kind, read_checks
from fork_tools.upstream.configuration import find_fork
from fork_tools.upstream.versions import Version

_PATCHES = find_fork(Path(__file__)) / "patches"
_QUEUE = read_queue(_PATCHES)
_MOST_LINES = 20  # of text that one edit brings
_DEPENDENCIES = ("go.mod", "go.sum", "hack/swagger/go.mod", "hack/swagger/go.sum")
_GENERATED = ("pkg/apis/**/zz_generated.*", "pkg/client/**", "manifests/base/crds/kubeflow.org_*.yaml", "docs/api/**")

steps = pytest.mark.parametrize("step", [pytest.param(step, id=step.name) for step in _QUEUE.steps])


@steps
def test_a_step_says_why_it_is_there_and_who_answers_for_it(step: Step) -> None:
    kind, colon, why = step.reason.partition(": ")
    assert kind in {"restore", "compat", "test", "improvement"}
    assert (colon, bool(why)) == (": ", True)
    assert step.owner
    assert step.optional is (step.topic == "improvements")


@steps
def test_a_step_is_a_reference_a_rule_or_text_of_our_own(step: Step) -> None:
    action = step.action
    if isinstance(action, Patch):
        assert all(file.old_path is None for file in action.files), "a patch here brings files of our own, whole"
    elif isinstance(action, Rewrite):
        brought = [_brought(edit.rule) for edit in action.edits]
        assert all(text.count("\n") <= _MOST_LINES for text in brought)
    else:
        assert isinstance(action, Restore | Pick | Regenerate)


@steps
def test_no_step_touches_dependencies_or_writes_what_is_generated(step: Step) -> None:
    named = _named(step)
    assert not any(any_matches(named, path) for path in _DEPENDENCIES)
    if not isinstance(step.action, Regenerate):
        samples = [name.replace("**", "x").replace("*", "x") for name in named]
        assert not any(any_matches(_GENERATED, sample) for sample in samples)


def test_every_file_of_the_folder_is_in_the_series() -> None:
    known = {step.path for step in _QUEUE.steps}
    aside = ("checks/", "overrides/", "waivers")
    files = {str(path.relative_to(_PATCHES)) for path in _PATCHES.rglob("*") if path.suffix in SUFFIXES}
    assert {file for file in files if not file.startswith(aside)} - known == {"fork.toml"}


@pytest.mark.parametrize(
    ("version", "builder"), [("1.9.0", False), ("1.9.3", False), ("1.9.4", True), ("1.9.5", True), ("1.10.0", True)]
)
def test_only_the_webhooks_builder_depends_on_the_release(version: str, builder: bool) -> None:
    names = {step.name for step in plan_for(_QUEUE, Version.parse(version)).all}
    everything = {step.name for step in _QUEUE.steps if not step.optional}
    assert names == (everything if builder else everything - {"webhook/builder"})


def test_improvements_are_off_until_they_are_asked_for_and_each_has_a_test() -> None:
    version = Version.parse("1.9.4")
    usual = {step.name for step in plan_for(_QUEUE, version).all}
    wanted = {step.name for step in plan_for(_QUEUE, version, ["improvements"]).all} - usual
    assert {name for name in wanted if not name.endswith("-test")} == {
        "improve/completion-time",
        "improve/deadline",
        "improve/defaulting-survives",
        "improve/invalid-jobs-fail",
        "improve/leases",
        "improve/no-replicas",
    }
    assert all(f"{name}-test" in wanted for name in wanted if not name.endswith("-test"))


@pytest.mark.parametrize("check", [pytest.param(check, id=check.name) for check in read_checks(_PATCHES)])
def test_a_check_is_about_steps_that_are_there(check: Check) -> None:
    names = {step.name for step in _QUEUE.steps}
    assert check.is_about(names)
    assert {*check.steps, check.step} - {""} <= names


@pytest.mark.parametrize(
    ("named", "left", "looks"),
    [
        pytest.param((), {"api/types"}, True, id="it names no step: it always looks"),
        pytest.param(("sdk/models",), {"api/types", "sdk/models"}, True, id="its step is there"),
        pytest.param(("sdk/models",), {"api/types"}, False, id="its step was left out"),
        pytest.param(("sdk/models", "api/types"), {"api/types"}, True, id="one of its steps is there"),
    ],
)
def test_a_check_goes_with_its_steps(named: tuple[str, ...], left: set[str], looks: bool) -> None:
    check = Check("check", Kind.COMMAND, step=named[0] if named else "", releases=None, steps=named[1:])
    assert check.is_about(left) is looks


def _named(step: Step) -> tuple[str, ...]:
    action = step.action
    if isinstance(action, Patch):
        return action.named
    if isinstance(action, Rewrite):
        return tuple(pattern for edit in action.edits for pattern in edit.files)
    return action.generates if isinstance(action, Regenerate) else action.paths


def _brought(rule: object) -> str:
    if isinstance(rule, Structural):
        return rule.fix
    return "" if isinstance(rule, StructuredEdit) else str(getattr(rule, "insert", ""))

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fork_tools.compat.upstream.comparison import Cause, compare_facts
from fork_tools.compat.upstream.facts import Fact, Kind, Name
from fork_tools.compat.upstream.go_sources import flags, go_facts
from fork_tools.compat.upstream.shared_schema import shared_fields
from fork_tools.report.finding import Level

SOURCE = """
package common

const (
	// A comment.
	JobNameLabel = "training.kubeflow.org/job-name"
	Reason Kind = "JobFailed"
	Number = 3
)

var created = NewCounter(Opts{Name: "training_operator_jobs_created_total"})

func Do(x int) int {
	// says why
	return x
}

func (r *Controller) Reconcile() { r.run() }
"""


def names(source: str) -> dict[str, str]:
    facts = go_facts(source, "pkg/common/a.go", functions=True)
    return {f"{name.kind.value} {name.name}": fact.value for name, fact in facts}


def test_go_sources_are_read_as_facts() -> None:
    facts = names(SOURCE)
    assert facts["constant JobNameLabel"] == "training.kubeflow.org/job-name"
    assert facts["constant Reason"] == "JobFailed"
    assert "constant Number" not in facts
    assert "metric training_operator_jobs_created_total" in facts
    assert {"function pkg/common/a.go Do", "function pkg/common/a.go Reconcile"} <= facts.keys()


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        pytest.param("// says why", "// says how", True, id="a comment"),
        pytest.param("	return x", "		return   x", True, id="layout"),
        pytest.param("return x", "return x + 1", False, id="what it does"),
    ],
)
def test_a_function_is_what_it_does(before: str, after: str, same: bool) -> None:
    assert (names(SOURCE) == names(SOURCE.replace(before, after))) is same


def test_flags_have_types_and_defaults() -> None:
    source = """
	flag.StringVar(&address, "metrics-bind-address", ":8080", "text")
	flag.BoolVar(&elect, "leader-elect", false,
		"text")
	flag.Var(&schemes, "enable-scheme", "text")
"""
    told = {name.name: fact.value for name, fact in flags(source)}
    assert told["--metrics-bind-address"] == 'string ":8080"'
    assert told["--leader-elect"] == "bool false"
    assert "--enable-scheme" in told


def test_shared_fields_leave_out_templates_and_descriptions() -> None:
    replicas = {"properties": {"replicas": {"type": "integer"}, "template": {"type": "object"}}}
    spec: dict[str, Any] = {
        "properties": {
            "runPolicy": {"properties": {"suspend": {"type": "boolean", "description": "words"}}},
            "tfReplicaSpecs": {"additionalProperties": replicas},
        }
    }
    schema = {"openAPIV3Schema": {"properties": {"spec": spec, "status": {"type": "object"}}}}
    fields = dict(shared_fields({"spec": {"versions": [{"schema": schema}]}}))
    assert fields["runPolicy.suspend"] == '{"type": "boolean"}'
    assert sorted(fields) == ["replicaSpecs", "replicaSpecs.replicas", "runPolicy", "runPolicy.suspend", "status"]


FIELD = Name(Kind.FIELD, "runPolicy.managedBy")
COMMIT = Cause("a" * 40, "Support managed by (#2203)", "")


@pytest.mark.parametrize(
    ("causes", "level", "message"),
    [
        pytest.param([COMMIT], Level.ERROR, "is new by Support managed by (#2203)", id="nobody judged it"),
        pytest.param(
            [Cause(COMMIT.commit, COMMIT.subject, "ported")],
            Level.NOTE,
            "is new by Support managed by (#2203) [ported]",
            id="ported",
        ),
        pytest.param(
            [Cause("b" * 40, "Other", "not-applicable"), COMMIT],
            Level.ERROR,
            "is new by Other [not-applicable]; Support managed by (#2203)",
            id="one of two",
        ),
        pytest.param([], Level.ERROR, "is new", id="no commit found: not approved"),
    ],
)
def test_a_difference_is_an_error_until_the_ledger_has_judged_its_commits(
    causes: Sequence[Cause], level: Level, message: str
) -> None:
    (finding,) = compare_facts({}, {FIELD: Fact("{}", "types.go")}, lambda _: causes)
    assert (finding.rule, finding.level, finding.message) == ("upstream/field-changed", level, message)
    assert ("mxfork ledger mark" in finding.remedy) is any(not cause.judged for cause in causes)


def test_what_is_the_same_is_not_told() -> None:
    facts = {FIELD: Fact("{}", "types.go")}
    assert not list(compare_facts(facts, facts, lambda _: []))
    (finding,) = compare_facts(facts, {FIELD: Fact('{"x": 1}', "types.go")}, lambda _: [COMMIT])
    assert finding.message.startswith('changed from {} to {"x": 1}')

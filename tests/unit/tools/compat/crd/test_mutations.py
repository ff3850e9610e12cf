"""Edits of known effect are classified right, and no object ever contradicts a verdict.

SOUNDNESS_PAIRS chooses how many pairs of schemas are tried (`make soundness` tries ten thousand).
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fork_tools.compat.crd.admission.admit import Admission, Admitted, Refused
from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.comparison.definitions import compare_schemas
from fork_tools.compat.crd.live import missing
from fork_tools.compat.crd.rule import Effect
from tests.unit.tools.compat.crd.generated import Schema, objects_of
from tests.unit.tools.compat.crd.mutations import Mutation, mutations, several

PAIRS = int(os.environ.get("SOUNDNESS_PAIRS", "150"))
OBJECTS = 6
slow_is_fine = settings(
    max_examples=PAIRS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def as_object(schema: Schema) -> Schema:
    return {"type": "object", "properties": {"spec": schema}}


@slow_is_fine
@given(mutations())
def test_an_edit_of_known_effect_is_classified_right(mutation: Mutation) -> None:
    changes = list(compare_schemas(as_object(mutation.old), as_object(mutation.new)))
    fired = {change.rule_id.removeprefix("crd/") for change in changes}
    if mutation.rule:
        assert mutation.rule in fired
    if not mutation.rule or not RULES[f"crd/{mutation.rule}"].effect.breaks:
        assert not [change for change in changes if change.rule.effect.breaks]


@slow_is_fine
@given(several(3), st.data())
def test_no_object_contradicts_the_verdict(schemas: tuple[Schema, Schema], data: st.DataObject) -> None:
    old, new = map(as_object, schemas)
    effects = {change.rule.effect for change in compare_schemas(old, new)}
    before, after = Admission(old), Admission(new)
    for _ in range(OBJECTS):
        sent = {"apiVersion": "v1", "kind": "K", "metadata": {}, "spec": data.draw(objects_of(schemas[0]))}
        stored = before.admit(sent)
        if isinstance(stored, Admitted):
            assert contradiction(stored.stored, after, effects) == ""
            assert contradiction(sent, after, effects, stored.stored) == ""


def contradiction(sent: dict[str, Any], after: Admission, effects: set[Effect], former: Any = None) -> str:
    """Say what happens to an object although nothing was told that can do it."""
    expected = sent if former is None else former
    answer = after.admit(sent)
    if isinstance(answer, Refused):
        # What is dropped may be missed by a bound.
        return "" if effects & {Effect.REJECTS, Effect.PRUNES} else f"refused: {answer.problems}"
    assert isinstance(answer, Admitted)
    lost = list(missing(expected, answer.stored))
    if lost and not effects & {Effect.PRUNES, Effect.REJECTS, Effect.DEFAULTS}:
        return f"lost: {lost}"
    if answer.stored != expected and not effects & {Effect.PRUNES, Effect.REJECTS, Effect.DEFAULTS}:
        return f"altered: {expected} became {answer.stored}"
    return ""

from __future__ import annotations

from typing import Any

import pytest

from fork_tools.compat.crd.catalogue import RULES
from tests.unit.tools.compat.crd.definitions import comparison, of_spec, of_value, rules

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
FLOAT = {"type": "number"}
LIST = {"type": "array", "items": TEXT}
MAP = {"type": "object", "additionalProperties": TEXT}
ANY = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
EITHER = {"x-kubernetes-int-or-string": True}
RECORD = {"type": "object", "properties": {"name": TEXT}}
NULLS = LIST | {"items": TEXT | {"nullable": True}}


def told(value: object) -> str:
    return value if isinstance(value, str) else ""


def by(*keys: str) -> dict[str, Any]:
    items = {"type": "object", "properties": {"name": TEXT, "id": TEXT}, "required": list(keys)}
    return {"type": "array", "items": items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}


def rule(text: str, message: str = "no") -> dict[str, Any]:
    return TEXT | {"x-kubernetes-validations": [{"rule": text, "message": message}]}


# The rule; a schema; one that breaks it; one as near to that as can be, which does not.
BREAKING: list[tuple[str, Any, Any, Any]] = [
    ("field-removed", RECORD, {"type": "object"}, ANY | RECORD),
    ("field-removed", MAP | {"description": "m"}, None, MAP),
    ("map-closed", MAP, {"type": "object"}, {"type": "object", "additionalProperties": True}),
    ("pruning-starts", ANY, {"type": "object"}, ANY | {"description": "free"}),
    ("field-specified", ANY, ANY | RECORD, ANY | {"description": "still free"}),
    ("required-field-added", {"type": "object"}, RECORD | {"required": ["name"]}, RECORD),
    ("required-added", RECORD, RECORD | {"required": ["name"]}, RECORD),
    (
        "required-added",
        {"type": "object", "properties": {"name": TEXT | {"default": "a"}}, "required": ["name"]},
        RECORD | {"required": ["name"]},
        {"type": "object", "properties": {"name": TEXT | {"default": "b"}}, "required": ["name"]},
    ),
    (
        "embedded-resource-added",
        ANY,
        ANY | {"x-kubernetes-embedded-resource": True},
        ANY,
    ),
    (
        "embedded-resource-removed",
        {"type": "object", "x-kubernetes-embedded-resource": True},
        {"type": "object"},
        {"type": "object", "x-kubernetes-embedded-resource": True},
    ),
    ("type-changed", TEXT, NUMBER, EITHER),
    ("type-changed", FLOAT, NUMBER, FLOAT),
    ("int-or-string-removed", EITHER, NUMBER, EITHER),
    (
        "nullable-removed",
        LIST | {"items": TEXT | {"nullable": True}},
        LIST,
        LIST | {"items": TEXT | {"nullable": True}},
    ),
    ("format-tightened", TEXT, TEXT | {"format": "date-time"}, TEXT | {"format": "not-checked"}),
    ("format-tightened", NUMBER | {"format": "int64"}, NUMBER | {"format": "int32"}, NUMBER),
    ("enum-added", TEXT, TEXT | {"enum": ["a", "b"]}, TEXT),
    ("enum-value-removed", TEXT | {"enum": ["a", "b"]}, TEXT | {"enum": ["a"]}, TEXT | {"enum": ["b", "a"]}),
    ("pattern-tightened", TEXT, TEXT | {"pattern": "^[a-z]+$"}, TEXT),
    ("pattern-tightened", TEXT | {"pattern": "^[a-z]+$"}, TEXT | {"pattern": "^[a-m]+$"}, TEXT | {"pattern": "[a-z]$"}),
    ("maximum-lowered", NUMBER | {"maximum": 9}, NUMBER | {"maximum": 8}, NUMBER | {"maximum": 10}),
    (
        "maximum-lowered",
        NUMBER | {"maximum": 9},
        NUMBER | {"maximum": 9, "exclusiveMaximum": True},
        NUMBER | {"maximum": 9, "exclusiveMaximum": False},
    ),
    ("minimum-raised", NUMBER, NUMBER | {"minimum": 0}, NUMBER),
    (
        "minimum-raised",
        NUMBER | {"minimum": 1},
        NUMBER | {"minimum": 1, "exclusiveMinimum": True},
        NUMBER | {"minimum": 0, "exclusiveMinimum": True},
    ),
    ("max-items-lowered", LIST, LIST | {"maxItems": 3}, LIST),
    ("min-items-raised", LIST | {"minItems": 1}, LIST | {"minItems": 2}, LIST | {"minItems": 0}),
    ("max-length-lowered", TEXT | {"maxLength": 5}, TEXT | {"maxLength": 4}, TEXT),
    ("min-length-raised", TEXT, TEXT | {"minLength": 1}, TEXT | {"minLength": 0}),
    ("max-properties-lowered", MAP, MAP | {"maxProperties": 2}, MAP),
    ("min-properties-raised", MAP, MAP | {"minProperties": 1}, MAP | {"minProperties": 0}),
    ("multiple-of-tightened", NUMBER | {"multipleOf": 2}, NUMBER | {"multipleOf": 4}, NUMBER | {"multipleOf": 1}),
    ("unique-items-added", LIST, LIST | {"uniqueItems": True}, LIST | {"uniqueItems": False}),
    ("list-type-changed", LIST, LIST | {"x-kubernetes-list-type": "set"}, LIST | {"x-kubernetes-list-type": "atomic"}),
    ("list-map-keys-changed", by("name", "id"), by("name"), by("id", "name")),
    ("all-of-tightened", TEXT, TEXT | {"allOf": [{"minLength": 2}]}, TEXT),
    (
        "all-of-tightened",
        TEXT | {"allOf": [{"minLength": 2}]},
        TEXT | {"allOf": [{"minLength": 3}]},
        TEXT | {"allOf": [{"minLength": 1}]},
    ),
    (
        "any-of-tightened",
        TEXT | {"anyOf": [{"maxLength": 2}, {"minLength": 5}]},
        TEXT | {"anyOf": [{"maxLength": 2}]},
        TEXT | {"anyOf": [{"maxLength": 3}, {"minLength": 5}]},
    ),
    (
        "one-of-tightened",
        TEXT | {"oneOf": [{"maxLength": 2}]},
        TEXT | {"oneOf": [{"maxLength": 2}, {"pattern": "^a"}]},
        TEXT | {"oneOf": [{"maxLength": 2, "description": "short"}]},
    ),
    ("not-tightened", TEXT, TEXT | {"not": {"enum": ["a"]}}, TEXT),
    ("validation-rule-added", TEXT, rule("self == 'a'"), TEXT),
    ("validation-rule-added", TEXT, rule("self == oldSelf"), TEXT),
    ("validation-rule-changed", rule("self != 'a'"), rule("self != 'unlisted'"), rule("self  !=  'a'", "other words")),
]
TOLD: list[tuple[str, Any, Any]] = [
    ("field-added", {"type": "object"}, RECORD),
    ("field-unspecified", ANY | RECORD, ANY),
    ("type-widened", NUMBER, FLOAT),
    ("int-or-string-added", TEXT, EITHER),
    ("nullable-added", TEXT, TEXT | {"nullable": True}),
    ("format-changed", TEXT | {"format": "date-time"}, TEXT),
    ("enum-value-added", TEXT | {"enum": ["a"]}, TEXT | {"enum": ["a", "b"]}),
    ("enum-removed", TEXT | {"enum": ["a"]}, TEXT),
    ("pattern-loosened", TEXT | {"pattern": "^a$"}, TEXT),
    ("bound-loosened", TEXT | {"maxLength": 3}, TEXT | {"maxLength": 4}),
    ("list-type-loosened", LIST | {"x-kubernetes-list-type": "set"}, LIST),
    ("map-type-changed", RECORD, RECORD | {"x-kubernetes-map-type": "atomic"}),
    ("composition-loosened", TEXT | {"not": {"enum": ["a"]}}, TEXT),
    ("validation-rule-removed", rule("self != 'a'"), TEXT),
    ("keyword-changed", TEXT, TEXT | {"title": "Text"}),
]
DEFAULTS: list[tuple[str, Any, Any]] = [
    ("default-added", TEXT, TEXT | {"default": "a"}),
    ("default-changed", TEXT | {"default": "a"}, TEXT | {"default": "b"}),
    ("default-removed", TEXT | {"default": "a"}, TEXT),
    ("field-added-with-default", None, TEXT | {"default": "a"}),
]
OFF: list[tuple[str, Any, Any]] = [
    ("description-changed", TEXT, TEXT | {"description": "words"}),
    ("boolean", None, {"type": "boolean"}),
    ("float", None, FLOAT),
    ("unsigned", None, NUMBER | {"format": "uint32"}),
    ("map", None, MAP),
    ("list-without-type", None, LIST),
]
# A default that is gone is told too.
BESIDES = {"required-added": {"default-removed"}}


@pytest.mark.parametrize(("name", "old", "new", "twin"), BREAKING, ids=told)
def test_what_breaks_is_told_with_a_witness_and_its_twin_is_not(name: str, old: Any, new: Any, twin: Any) -> None:
    found = comparison(of_spec(of_value(old)), of_spec(of_value(new)))
    assert name in rules(found)
    assert set(rules(found)) <= {name} | BESIDES.get(name, set())
    breaking = next(entry for entry in found.judged if entry.group.first.rule_id == f"crd/{name}")
    assert breaking.level.label == "error"
    assert breaking.witness is not None
    harmless = comparison(of_spec(of_value(old)), of_spec(of_value(twin)))
    assert not [entry for entry in harmless.judged if entry.level.label == "error"]


@pytest.mark.parametrize(("name", "old", "new"), TOLD, ids=told)
def test_what_breaks_no_object_is_told_without_a_witness(name: str, old: Any, new: Any) -> None:
    found = comparison(of_spec(of_value(old)), of_spec(of_value(new)))
    assert rules(found) == [name]
    assert found.judged[0].witness is None


@pytest.mark.parametrize(("name", "old", "new"), DEFAULTS, ids=told)
def test_defaults_are_told_with_an_object_that_means_something_else(name: str, old: Any, new: Any) -> None:
    found = comparison(of_spec(of_value(old)), of_spec(of_value(new)))
    assert rules(found) == [name]
    assert found.judged[0].witness is not None


@pytest.mark.parametrize(("name", "old", "new"), OFF, ids=told)
def test_what_is_off_is_told_only_when_asked_for(name: str, old: Any, new: Any) -> None:
    documents = of_spec(of_value(old)), of_spec(of_value(new))
    assert f"crd/{name}" not in {entry.group.first.rule_id for entry in comparison(*documents).judged}
    assert name in rules(comparison(*documents, strict=True))


def test_a_convention_that_was_broken_before_is_not_told_again() -> None:
    document = of_spec(of_value(MAP))
    assert comparison(document, document, strict=True).judged == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(TEXT | {"enum": ["a", "b"]}, TEXT | {"enum": ["a", "b"], "maxLength": 1}, id="listed values fit"),
        pytest.param(TEXT | {"enum": ["a"]}, TEXT | {"enum": ["a"], "pattern": "^a"}, id="listed values match"),
        pytest.param(
            TEXT | {"pattern": r"^(\+|-)?[0-9]+$"}, TEXT | {"pattern": "^[+-]?[0-9]+$"}, id="one set in two spellings"
        ),
        pytest.param(
            EITHER | {"anyOf": [{"type": "integer"}, {"type": "string"}]}, EITHER, id="int-or-string says it already"
        ),
        pytest.param(rule("self != 'a'"), rule("self\n  != 'a'"), id="a rule on two lines"),
    ],
)
def test_nothing_is_told_of_what_is_the_same_in_other_words(old: Any, new: Any) -> None:
    assert comparison(of_spec(of_value(old)), of_spec(of_value(new))).judged == ()


def test_a_field_may_be_required_when_a_default_fills_it_in() -> None:
    new = of_value(TEXT | {"default": "a"}, required=True)
    assert rules(comparison(of_spec(of_value(TEXT)), of_spec(new))) == ["default-added"]


def test_a_removal_that_was_announced_is_a_warning() -> None:
    old = of_spec(of_value(TEXT | {"description": "Deprecated: use other."}))
    found = comparison(old, of_spec(of_value(None)))
    assert [(entry.level.label, entry.witness is not None) for entry in found.judged] == [("warning", True)]


def test_a_field_that_is_no_longer_described_loses_its_default() -> None:
    free = ANY | {"properties": {"name": TEXT | {"default": "a"}}}
    assert rules(comparison(of_spec(of_value(free)), of_spec(of_value(ANY)))) == [
        "default-removed",
        "field-unspecified",
    ]


def test_defaults_far_below_a_field_that_is_no_longer_described_are_told() -> None:
    inner = {"type": "object", "properties": {"deep": TEXT | {"default": "a"}}}
    free = ANY | {"properties": {"list": {"type": "array", "items": inner}}}
    found = comparison(of_spec(of_value(free)), of_spec(of_value(ANY)))
    places = {str(entry.group.first.path) for entry in found.judged if "default" in entry.group.first.rule_id}
    assert places == {".spec.value.list[*].deep"}


def test_a_removed_field_is_told_once_however_much_is_below_it() -> None:
    deep = {"type": "object", "properties": {"list": {"type": "array", "items": RECORD}}}
    assert len(comparison(of_spec(of_value(deep)), of_spec(of_value(None))).judged) == 1


def test_every_rule_about_objects_has_a_pair() -> None:
    paired = {f"crd/{entry[0]}" for table in (BREAKING, TOLD, DEFAULTS, OFF) for entry in table}
    elsewhere = {"crd/deprecated-field-removed", "crd/status-without-subresource", "crd/condition-shape"}
    elsewhere |= {"crd/rule-cost-unbounded"}
    about_objects = {name for name in RULES if "scope" not in name and not name.startswith(DEFINITION_WIDE)}
    assert about_objects - paired == elsewhere


DEFINITION_WIDE = tuple(
    f"crd/{name}"
    for name in (
        "definition-",
        "object-",
        "group-",
        "kind-",
        "plural-",
        "singular-",
        "list-kind-",
        "short-name-",
        "category-",
        "version-",
        "stored-version-",
        "storage-version-",
        "status-subresource-",
        "scale-subresource-",
        "printer-column-",
        "selectable-field-",
        "conversion-",
    )
)

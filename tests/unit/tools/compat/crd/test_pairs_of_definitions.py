from __future__ import annotations

from typing import Any

import pytest

from tests.unit.tools.compat.crd.definitions import NAMES, comparison, document, of_schema, of_spec, rules

TEXT = {"type": "string"}
EMPTY = {"type": "object"}
RECORD = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
SCALE = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
COLUMN = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}


def hook(**client: str) -> dict[str, Any]:
    webhook = {"clientConfig": {"url": "https://a", **client}, "conversionReviewVersions": ["v1"]}
    return {"strategy": "Webhook", "webhook": webhook}


HOOK, RENEWED = hook(), hook(caBundle="x")


def served(*versions: dict[str, Any], **spec: Any) -> dict[str, Any]:
    base = {"served": True, "storage": False, "schema": {"openAPIV3Schema": RECORD}}
    return document(versions=[base | version for version in versions], **spec)


def v1(**version: Any) -> dict[str, Any]:
    return of_schema(RECORD, **version)


def named(**names: Any) -> dict[str, Any]:
    return served({"name": "v1", "storage": True}, names=NAMES | names)


def stored(*versions: str) -> dict[str, Any]:
    return served({"name": "v2", "storage": True}) | {"status": {"storedVersions": list(versions)}}


V1, V2 = {"name": "v1", "storage": True}, {"name": "v2"}
SWITCHED = served(V1 | {"storage": False}, V2 | {"storage": True})
NAMED = named(shortNames=["w", "wd"], categories=["all"])


@pytest.mark.parametrize(
    ("rule", "level", "old", "new", "twin"),
    [
        ("group-changed", "error", v1(), served(V1, group="other.test"), v1()),
        ("kind-changed", "error", v1(), named(kind="Gadget"), v1()),
        ("plural-changed", "error", v1(), named(plural="gadgets"), v1()),
        ("singular-changed", "error", v1(), named(singular="gadget"), named(singular="")),
        ("list-kind-changed", "error", v1(), named(listKind="Gadgets"), named(listKind=None)),
        ("scope-changed", "error", v1(), served(V1, scope="Cluster"), v1()),
        ("short-name-removed", "warning", NAMED, named(shortNames=["w"], categories=["all"]), NAMED),
        ("category-removed", "warning", NAMED, named(shortNames=["w", "wd"]), NAMED),
        ("version-removed", "error", served(V1, V2), served(V1), served(V1, V2)),
        (
            "stored-version-removed",
            "error",
            stored("v1", "v2"),
            stored(),
            SWITCHED,
        ),
        ("version-unserved", "error", served(V1, V2), served(V1, V2 | {"served": False}), served(V2, V1)),
        (
            "storage-version-switched",
            "warning",
            served(V1, V2),
            SWITCHED,
            served(V1, V2),
        ),
        ("version-deprecated", "note", v1(), v1(deprecated=True), v1(deprecated=False)),
        ("status-subresource-removed", "error", v1(subresources={"status": {}}), v1(), v1(subresources={"status": {}})),
        ("status-subresource-added", "error", v1(), v1(subresources={"status": {}}), v1(subresources={})),
        (
            "scale-subresource-removed",
            "error",
            v1(subresources={"scale": SCALE}),
            v1(),
            v1(subresources={"scale": SCALE}),
        ),
        (
            "scale-subresource-changed",
            "error",
            v1(subresources={"scale": SCALE}),
            v1(subresources={"scale": SCALE | {"labelSelectorPath": ".status.selector"}}),
            v1(subresources={"scale": dict(SCALE)}),
        ),
        (
            "printer-column-removed",
            "warning",
            v1(additionalPrinterColumns=[COLUMN]),
            v1(),
            v1(additionalPrinterColumns=[{"name": "Age", "type": "date", "jsonPath": ".x"}, COLUMN]),
        ),
        (
            "printer-column-changed",
            "warning",
            v1(additionalPrinterColumns=[COLUMN]),
            v1(additionalPrinterColumns=[COLUMN | {"type": "string"}]),
            v1(additionalPrinterColumns=[COLUMN | {"description": "how many"}]),
        ),
        (
            "selectable-field-removed",
            "error",
            v1(selectableFields=[{"jsonPath": ".spec.size"}]),
            v1(),
            v1(selectableFields=[{"jsonPath": ".spec.other"}, {"jsonPath": ".spec.size"}]),
        ),
        (
            "conversion-changed",
            "warning",
            served(V1, conversion=HOOK),
            served(V1),
            served(V1, conversion=RENEWED),
        ),
        (
            "pruning-starts",
            "error",
            served(V1, preserveUnknownFields=True),
            v1(),
            served(V1, preserveUnknownFields=True),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_changes_around_the_schema_is_told(rule: str, level: str, old: Any, new: Any, twin: Any) -> None:
    found = comparison(old, new)
    levels = {entry.group.first.rule_id: entry.level.label for entry in found.judged}
    assert levels.get(f"crd/{rule}") == level
    assert f"crd/{rule}" not in {entry.group.first.rule_id for entry in comparison(old, twin).judged}


def test_served_versions_that_disagree_are_told_once_it_is_new() -> None:
    lacking = {
        "name": "v2",
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
    }
    alike, apart = served(V1, V2), served(V1, lacking)
    assert "field-removed" in rules(comparison(served(V1), apart))
    versions = {entry.group.first.version for entry in comparison(served(V1), apart).judged}
    assert versions == {"v1 -> v2"}
    assert rules(comparison(apart, apart)) == []
    assert rules(comparison(alike, alike)) == []


def status(*, lists: dict[str, Any] | None = None, **version: Any) -> dict[str, Any]:
    conditions = {"type": "array", "items": {"type": "object", "properties": {"type": TEXT}}} | (lists or {})
    properties = {"status": {"type": "object", "properties": {"conditions": conditions}}}
    return of_schema({"type": "object", "properties": properties}, **version)


def test_a_status_without_its_subresource_is_a_warning() -> None:
    found = comparison(v1(), status())
    assert ("crd/status-without-subresource", "warning") in {
        (entry.group.first.rule_id, entry.level.label) for entry in found.judged
    }
    assert "status-without-subresource" not in rules(comparison(v1(), status(subresources={"status": {}})))


def test_conditions_of_another_shape_than_kubernetes_are_told_when_asked_for() -> None:
    assert "condition-shape" in rules(comparison(v1(), status(), strict=True))


def test_a_rule_that_walks_a_list_without_end_is_a_warning() -> None:
    def walked(**bounds: Any) -> dict[str, Any]:
        rule = {"rule": "self.all(name, name != 'x')"}
        return of_spec({"type": "array", "items": TEXT, "x-kubernetes-validations": [rule], **bounds})

    old = of_spec({"type": "array", "items": TEXT})
    assert "rule-cost-unbounded" in rules(comparison(old, walked()))
    assert "rule-cost-unbounded" not in rules(comparison(old | {}, walked(maxItems=5)))

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.crd.structural import QUANTITY, structural_schema
from fork_tools.errors import MxforkError

QUANTITY_NAME = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING_NAME = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
METADATA_NAME = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
TIME_NAME = "io.k8s.apimachinery.pkg.apis.meta.v1.Time"


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def convert(root: dict[str, Any], **components: dict[str, Any]) -> dict[str, Any]:
    return structural_schema({"components": {"schemas": {"Root": root, **components}}}, "Root")


def of_property(node: dict[str, Any], **components: dict[str, Any]) -> Any:
    return convert({"type": "object", "properties": {"field": node}}, **components)["properties"]["field"]


TEXT = {"type": "string"}
PORT = {
    "type": "object",
    "required": ["containerPort"],
    "properties": {"containerPort": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}},
}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        pytest.param({"type": "string", "description": "Long."}, TEXT, id="a description goes"),
        pytest.param({"type": "string", "default": ""}, TEXT, id="a default goes"),
        pytest.param({"type": "string", "enum": ["Always"]}, TEXT, id="an enumeration goes"),
        pytest.param({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32"}, id="format stays"),
        pytest.param(ref("Named"), TEXT, id="a reference is resolved"),
        pytest.param({"allOf": [ref("Named")], "default": {}, "description": "D"}, TEXT, id="a wrapped one too"),
        pytest.param(
            {"type": "object", "additionalProperties": {"allOf": [ref("Named")]}},
            {"type": "object", "additionalProperties": TEXT},
            id="the values of a map",
        ),
        pytest.param(
            {"type": "array", "items": ref("Named"), "x-kubernetes-list-type": "atomic"},
            {"type": "array", "items": TEXT, "x-kubernetes-list-type": "atomic"},
            id="the items of a list",
        ),
        pytest.param(
            {"type": "object", "x-kubernetes-map-type": "atomic", "x-kubernetes-group-version-kind": []},
            {"type": "object", "x-kubernetes-map-type": "atomic"},
            id="a map type stays",
        ),
    ],
)
def test_a_field_keeps_its_shape_only(node: dict[str, Any], expected: dict[str, Any]) -> None:
    assert of_property(node, Named=TEXT) == expected


def test_a_quantity_is_a_number_or_a_text() -> None:
    schema = of_property(ref(QUANTITY_NAME), **{QUANTITY_NAME: {"oneOf": [{"type": "string"}, {"type": "number"}]}})
    assert schema == QUANTITY


def test_a_port_by_number_or_name_takes_any_text() -> None:
    schema = of_property(ref(INT_OR_STRING_NAME))
    assert schema["x-kubernetes-int-or-string"] is True
    assert "pattern" not in schema


def test_a_time_is_a_text_in_date_time_format() -> None:
    time = {"type": "string", "format": "date-time"}
    assert of_property(ref(TIME_NAME), **{TIME_NAME: time | {"description": "Time."}}) == time


def test_embedded_metadata_is_limited_to_what_v1_8_1_kept() -> None:
    kept = of_property({"allOf": [ref(METADATA_NAME)], "default": {}})["properties"]
    assert kept.keys() == {"name", "namespace", "labels", "annotations", "finalizers"}


def map_list(name: str, keys: list[str]) -> dict[str, Any]:
    listed = {
        "type": "array",
        "items": ref("Port"),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": keys,
        "x-kubernetes-patch-merge-key": keys[0],
        "x-kubernetes-patch-strategy": "merge",
    }
    root = {"type": "object", "properties": {name: listed}}
    schema: dict[str, Any] = convert(root, Port=PORT)["properties"][name]
    return schema


def test_an_optional_map_key_keeps_its_default_as_a_key_needs_a_value() -> None:
    schema = map_list("ports", ["containerPort", "protocol"])
    assert (schema["x-kubernetes-list-type"], schema["x-kubernetes-list-map-keys"]) == (
        "map",
        ["containerPort", "protocol"],
    )
    properties = schema["items"]["properties"]
    assert properties == {"containerPort": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}}
    assert not any("patch" in key for key in schema)


@pytest.mark.parametrize("name", ["env", "hostAliases", "imagePullSecrets"])
def test_where_pods_accept_repeated_keys_jobs_do_too(name: str) -> None:
    schema = map_list(name, ["containerPort"])
    assert schema["x-kubernetes-list-type"] == "atomic"
    assert "x-kubernetes-list-map-keys" not in schema


@pytest.mark.parametrize(
    ("root", "components", "problem"),
    [
        pytest.param(ref("Absent"), {}, "Absent is missing", id="a missing component"),
        pytest.param(ref("Loop"), {"Loop": {"items": ref("Loop")}}, "Loop contains itself", id="a circle"),
        pytest.param({"type": "string", "not": {}}, {}, "no decision on the keyword `not`", id="an unknown keyword"),
    ],
)
def test_what_cannot_be_converted_is_named(
    root: dict[str, Any], components: dict[str, dict[str, Any]], problem: str
) -> None:
    with pytest.raises(MxforkError, match=problem):
        convert(root, **components)


def nested(children: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["a", "b", "env", "ports"])
    listed = st.builds(
        lambda items, kind: {"type": "array", "items": items, "x-kubernetes-list-type": kind, "default": []},
        children,
        st.sampled_from(["atomic", "set"]),
    )
    record = st.dictionaries(names, children).map(lambda properties: {"type": "object", "properties": properties})
    mapping = children.map(lambda values: {"type": "object", "additionalProperties": values, "description": "D"})
    wrapped = children.map(lambda child: {**child, "description": "D", "x-kubernetes-unions": []})
    return st.one_of(listed, record, mapping, wrapped)


LEAVES = st.sampled_from(
    [
        {"type": "string", "enum": ["a"], "default": "a"},
        {"type": "integer", "format": "int32", "description": "D"},
        ref(QUANTITY_NAME),
        {"allOf": [ref(METADATA_NAME)], "default": {}},
        ref("Port"),
    ]
)


def keywords(schema: Any) -> set[str]:
    """Collect the schema's keywords, property names left aside."""
    found = {key for key in schema if key != "properties"}
    children = [*schema.get("properties", {}).values()]
    children += [schema[key] for key in ("items", "additionalProperties") if key in schema]
    return found.union(*map(keywords, children))


@given(st.recursive(LEAVES, nested, max_leaves=12))
def test_whatever_the_shape_only_structural_keywords_remain(node: dict[str, Any]) -> None:
    schema = convert({"type": "object", "properties": {"field": node}}, Port=PORT)
    assert keywords(schema) <= {
        "type",
        "format",
        "required",
        "pattern",
        "anyOf",
        "items",
        "additionalProperties",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-type",
    }

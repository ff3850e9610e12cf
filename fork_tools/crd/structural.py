"""From a Kubernetes type in the API server's OpenAPI to the structural schema that a CRD may embed.

Types and shapes are kept, and the list types and map keys that server-side apply needs. Left out is what would make the
MXJob stricter or other than v1.8.1's: enumerations (a pod may say `imagePullPolicy: ""`, and the operator replaces the
template's `restartPolicy` whatever it is), unique keys where pods do not ask for them, and defaults, which would appear
in stored jobs. The API server judges all of it when it is given the pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from fork_tools.crd.schema import Schema
from fork_tools.errors import MxforkError

_KEPT: Final = frozenset({"type", "format", "required", "x-kubernetes-map-type"})
_LEFT_OUT: Final = frozenset(
    {
        "description",
        "default",
        "enum",
        "x-kubernetes-group-version-kind",
        "x-kubernetes-patch-merge-key",
        "x-kubernetes-patch-strategy",
        "x-kubernetes-unions",
    }
)
_WALKED: Final = frozenset({"properties", "items", "additionalProperties"})
_LIST_TYPE: Final = "x-kubernetes-list-type"
_LIST_KEYS: Final = "x-kubernetes-list-map-keys"
_HANDLED: Final = frozenset({_LIST_TYPE, _LIST_KEYS})
# Pods accept repeated keys in these lists, so jobs of v1.8.1 may hold them.
_KEYS_MAY_REPEAT: Final = frozenset({"env", "hostAliases", "imagePullSecrets"})

QUANTITY: Final[Mapping[str, Any]] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))?$",
    "x-kubernetes-int-or-string": True,
}
_INT_OR_STRING: Final[Mapping[str, Any]] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}
_TEXTS: Final[Mapping[str, Any]] = {"type": "object", "additionalProperties": {"type": "string"}}
# The rest of ObjectMeta belongs to objects that exist; v1.8.1 pruned it from templates too.
_EMBEDDED_METADATA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "annotations": _TEXTS,
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "labels": _TEXTS,
        "name": {"type": "string"},
        "namespace": {"type": "string"},
    },
}
_REPLACED: Final[Mapping[str, Mapping[str, Any]]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": QUANTITY,
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": _INT_OR_STRING,
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": _EMBEDDED_METADATA,
}


def structural_schema(document: Mapping[str, Any], name: str) -> Schema:
    """Convert the component `name` of an OpenAPI v3 document, every reference resolved.

    Raises MxforkError when the document lacks a component, refers in a circle, or uses a keyword that nobody has
    judged yet.
    """
    return _Conversion(document.get("components", {}).get("schemas", {})).component(name, ())


class _Conversion:
    """One walk through a document's components."""

    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components

    def component(self, name: str, trail: tuple[str, ...]) -> Schema:
        if name in _REPLACED:
            return deepcopy(dict(_REPLACED[name]))
        if name in trail:
            raise _unusable(f"{name} contains itself, which a CRD cannot express", trail)
        if name not in self._components:
            raise _unusable(f"{name} is missing from the OpenAPI document", trail)
        return self._schema(self._components[name], (*trail, name))

    def _schema(self, node: Mapping[str, Any], trail: tuple[str, ...]) -> Schema:
        reference = _reference(node)
        if reference is not None:
            return self.component(reference, trail)
        unknown = node.keys() - _KEPT - _LEFT_OUT - _WALKED - _HANDLED
        if unknown:
            raise _unusable(f"no decision on the keyword `{min(unknown)}`", trail)
        schema: Schema = {key: value for key, value in sorted(node.items()) if key in _KEPT}
        if "items" in node:
            schema["items"] = self._schema(node["items"], trail)
        if "additionalProperties" in node:
            schema["additionalProperties"] = self._schema(node["additionalProperties"], trail)
        if "properties" in node:
            schema["properties"] = {
                name: self._property(name, child, trail) for name, child in sorted(node["properties"].items())
            }
        return schema

    def _property(self, name: str, node: Mapping[str, Any], trail: tuple[str, ...]) -> Schema:
        schema = self._schema(node, trail)
        if _LIST_TYPE not in node:
            return schema
        if name in _KEYS_MAY_REPEAT:
            return schema | {_LIST_TYPE: "atomic"}
        schema[_LIST_TYPE] = node[_LIST_TYPE]
        if _LIST_KEYS in node:
            schema[_LIST_KEYS] = node[_LIST_KEYS]
            self._default_optional_keys(schema, node)
        return schema

    def _default_optional_keys(self, schema: Schema, node: Mapping[str, Any]) -> None:
        """Give the list's optional keys their defaults: a map key has to have a value."""
        items = schema["items"]
        original = self._resolved(node["items"])["properties"]
        for key in schema[_LIST_KEYS]:
            if key not in items.get("required", ()):
                items["properties"][key] = items["properties"][key] | {"default": original[key]["default"]}

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = _reference(node)
        return node if reference is None else self._resolved(self._components[reference])


def _reference(node: Mapping[str, Any]) -> str | None:
    """Name the component that `node` stands for; beside a default or a description it is wrapped in a list of one."""
    wrapped = node.get("allOf", ())
    reference = wrapped[0].get("$ref") if len(wrapped) == 1 else node.get("$ref")
    return None if reference is None else str(reference).rpartition("/")[2]


def _unusable(problem: str, trail: tuple[str, ...]) -> MxforkError:
    return MxforkError(
        f"cannot turn the API server's schema into a CRD: {problem}",
        facts=(("at", " > ".join(trail) or "the document's root"),),
        next_step="generate from a Kubernetes version that this release knows, or teach fork_tools/crd/structural.py",
    )

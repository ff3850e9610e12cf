"""A CustomResourceDefinition (apiextensions.k8s.io/v1) as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fork_tools.errors import ExitCode, MxforkError

Schema = Mapping[str, Any]
API_VERSION: Final = "apiextensions.k8s.io/v1"
KIND: Final = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of `spec.versions`; a version without a schema has an empty one, which keeps nothing."""

    name: str
    served: bool
    storage: bool
    schema: Schema
    raw: Mapping[str, Any]

    @property
    def subresources(self) -> Mapping[str, Any]:
        """Subresources by name, such as `status` and `scale`."""
        return self.raw.get("subresources") or {}

    @property
    def deprecated(self) -> bool:
        """Whether clients are warned of this version."""
        return bool(self.raw.get("deprecated"))


@dataclass(frozen=True, slots=True)
class Definition:
    """What a CRD defines; `stored_versions` is known only of a CRD that was read from a cluster."""

    name: str
    spec: Mapping[str, Any]
    versions: tuple[Version, ...]
    stored_versions: tuple[str, ...]
    document: Mapping[str, Any]

    @property
    def group(self) -> str:
        """The API group."""
        return str(self.spec["group"])

    @property
    def names(self) -> Mapping[str, Any]:
        """Kind, plural and their like."""
        names: Mapping[str, Any] = self.spec["names"]
        return names

    def version(self, name: str) -> Version | None:
        """Find a version by its name."""
        return next((version for version in self.versions if version.name == name), None)

    @property
    def storage_version(self) -> str:
        """The version in which objects are stored."""
        return next((version.name for version in self.versions if version.storage), "")


def is_definition(document: object) -> bool:
    """Whether `document` calls itself a CRD, of whichever API version."""
    return isinstance(document, Mapping) and document.get("kind") == KIND


def parse(document: Mapping[str, Any], place: str) -> Definition:
    """Read a CRD. `place` says where it came from, for the MxforkError when it is not one that can be compared."""
    name = str((document.get("metadata") or {}).get("name", "without a name"))
    if document.get("apiVersion") != API_VERSION:
        raise _unusable(name, place, f"it is of {document.get('apiVersion')}, not of {API_VERSION}")
    try:
        spec = document["spec"]
        versions = tuple(_version(raw) for raw in spec["versions"])
        definition = Definition(
            name=name,
            spec=spec,
            versions=versions,
            stored_versions=tuple((document.get("status") or {}).get("storedVersions") or ()),
            document=document,
        )
        _ = definition.group, definition.names["kind"], definition.names["plural"]
    except (KeyError, TypeError, AttributeError) as error:
        raise _unusable(name, place, f"a part of it is missing or misshapen: {error}") from error
    return definition


def _version(raw: Mapping[str, Any]) -> Version:
    schema = (raw.get("schema") or {}).get("openAPIV3Schema") or {}
    if not isinstance(schema, Mapping):
        raise TypeError("openAPIV3Schema is not an object")
    return Version(raw["name"], bool(raw.get("served")), bool(raw.get("storage")), schema, raw)


def _unusable(name: str, place: str, problem: str) -> MxforkError:
    return MxforkError(
        f"cannot compare the CRD {name}: {problem}",
        facts=(("in", place),),
        next_step="see to that document; `kubectl apply --dry-run=server -f FILE` says what an API server makes of it",
        exit_code=ExitCode.WRONG_USE,
    )

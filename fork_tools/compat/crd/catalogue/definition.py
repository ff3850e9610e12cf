"""Rules about the CRD itself: its names, its versions and how it is served."""

from __future__ import annotations

from typing import Final

from fork_tools.compat.crd.rule import Direction, Effect, Rule
from fork_tools.report.finding import Level

_W, _R, _S = Direction.WRITERS, Direction.READERS, Direction.STORED
_ALL: Final = (_W, _R, _S)
_NEW_KIND: Final = "install it as another CRD beside the old one, and move the objects"
_KEEP: Final = "keep it, or bring it out with a new API version"


def _names(part: str, title: str, why: str) -> Rule:
    return Rule(f"crd/{part}-changed", Level.ERROR, Effect.UNREACHABLE, _ALL, title, why, _NEW_KIND)


DEFINITION: Final = (
    Rule(
        "crd/definition-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        _ALL,
        "A CRD is gone",
        "with the CRD every object of its kind is deleted",
        "keep it, or compare only what is meant with --name",
    ),
    Rule(
        "crd/object-refused",
        Level.ERROR,
        Effect.REJECTS,
        (_W, _S),
        "An object in the cluster does not fit the new schema",
        "it could not be created anew, and an update that touches the field is refused (any update, before 1.30)",
        "correct the object before the new CRD is installed",
    ),
    Rule(
        "crd/object-altered",
        Level.ERROR,
        Effect.PRUNES,
        (_R, _S),
        "An object in the cluster would lose something",
        "what the new schema does not know is dropped when the object is read",
        "move what would be lost before the new CRD is installed",
    ),
    _names("group", "The API group changed", "every client, manifest and RBAC rule names the group"),
    _names("kind", "The kind changed", "manifests and typed clients name the kind"),
    _names("plural", "The plural changed", "it is part of every URL and of every RBAC rule"),
    _names("singular", "The singular changed", "people and scripts type it"),
    _names("list-kind", "The list kind changed", "typed clients decode lists by it"),
    Rule(
        "crd/scope-changed",
        Level.ERROR,
        Effect.UNREACHABLE,
        _ALL,
        "The scope changed",
        "objects of one scope cannot be addressed in the other, and the API server refuses the update",
        _NEW_KIND,
        "scope",
    ),
    Rule(
        "crd/short-name-removed",
        Level.WARNING,
        Effect.NONE,
        (_R,),
        "A short name is gone",
        "people and scripts type it",
        "keep the short name",
    ),
    Rule(
        "crd/category-removed",
        Level.WARNING,
        Effect.NONE,
        (_R,),
        "A category is gone",
        "`kubectl get CATEGORY` no longer shows the objects",
        "keep the category",
    ),
    Rule(
        "crd/version-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_W, _R),
        "A version is gone",
        "clients of that version get 404",
        "serve it for another release, marked deprecated",
    ),
    Rule(
        "crd/stored-version-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        _ALL,
        "A version in which objects are stored is gone",
        "what is stored in it can no longer be decoded; the API server refuses the update",
        "migrate storage first, and take the version out of status.storedVersions",
        "storedVersionRemoval",
    ),
    Rule(
        "crd/version-unserved",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_W, _R),
        "A version is no longer served",
        "clients of that version get 404",
        "serve it for another release, marked deprecated",
    ),
    Rule(
        "crd/storage-version-switched",
        Level.WARNING,
        Effect.NONE,
        (_S,),
        "Objects are stored in another version",
        "stored objects stay in the old version until something writes them, so it has to remain",
        "write down how storage is migrated, and keep the old version until that is done",
    ),
    Rule(
        "crd/version-deprecated",
        Level.NOTE,
        Effect.NONE,
        (_W, _R),
        "A version is marked deprecated",
        "clients print a warning with each request",
        "name the successor in deprecationWarning",
    ),
    Rule(
        "crd/status-subresource-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_W, _S),
        "The status subresource is gone",
        "controllers that write /status get 404, and users can write the status",
        _KEEP,
    ),
    Rule(
        "crd/status-subresource-added",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_W,),
        "The status has become a subresource",
        "a controller that writes the status with the object is no longer heard",
        "bring the controller that writes /status out with it",
    ),
    Rule(
        "crd/scale-subresource-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_W, _R),
        "The scale subresource is gone",
        "autoscalers and `kubectl scale` get 404",
        _KEEP,
    ),
    Rule(
        "crd/scale-subresource-changed",
        Level.ERROR,
        Effect.NONE,
        (_W, _R),
        "The scale subresource reads other fields",
        "autoscalers see and set something else than before",
        _KEEP,
    ),
    Rule(
        "crd/printer-column-removed",
        Level.WARNING,
        Effect.NONE,
        (_R,),
        "A column of `kubectl get` is gone",
        "scripts parse the table",
        "keep the column; new ones may follow it",
    ),
    Rule(
        "crd/printer-column-changed",
        Level.WARNING,
        Effect.NONE,
        (_R,),
        "A column of `kubectl get` shows something else",
        "scripts parse the table",
        "add a new column instead",
    ),
    Rule(
        "crd/selectable-field-removed",
        Level.ERROR,
        Effect.UNREACHABLE,
        (_R,),
        "A field can no longer be selected by",
        "a list or watch with that field selector is refused",
        _KEEP,
    ),
    Rule(
        "crd/conversion-changed",
        Level.WARNING,
        Effect.NONE,
        _ALL,
        "Versions are converted in another way",
        "every object read in another version than its stored one passes through it",
        "prove that objects come back as they went in, through both ways",
    ),
)

"""Rules about the values that a field takes."""

from __future__ import annotations

from typing import Final

from fork_tools.compat.crd.rule import Direction, Effect, Rule
from fork_tools.report.finding import Level

_W, _R, _S = Direction.WRITERS, Direction.READERS, Direction.STORED
_OLD_VALUES: Final = "objects with a value of before are refused, stored ones when that value is next written"
_NEW_VALUES: Final = "readers of before may meet values that they do not know"
_LOOSEN: Final = "take what was taken before; refuse more in the next API version, or in the controller"
_TELL: Final = "make sure that the controller and other readers take the new values"


def _tighter(name: str, title: str, crdify: str, *, why: str = _OLD_VALUES, remedy: str = _LOOSEN) -> Rule:
    return Rule(f"crd/{name}", Level.ERROR, Effect.REJECTS, (_W, _S), title, why, remedy, crdify)


def _wider(name: str, title: str, crdify: str = "", level: Level = Level.WARNING) -> Rule:
    return Rule(f"crd/{name}", level, Effect.WIDENS, (_R,), title, _NEW_VALUES, _TELL, crdify)


def _default(name: str, title: str) -> Rule:
    return Rule(
        f"crd/default-{name}",
        Level.WARNING,
        Effect.DEFAULTS,
        (_W, _R, _S),
        title,
        "objects that leave the field out mean something else, stored ones too as soon as they are read",
        "let the controller treat both alike, or keep the default",
        "default",
    )


def _merging(name: str, title: str, effect: Effect) -> Rule:
    return Rule(
        f"crd/{name}",
        Level.ERROR,
        effect,
        (_W, _S),
        title,
        "server-side apply merges in another way, and field owners of before no longer fit",
        "keep the list or map type",
        "unhandled",
    )


VALUES: Final = (
    _tighter("type-changed", "The type changed", "type"),
    _wider("type-widened", "Values of another type are taken too", "type"),
    _tighter("int-or-string-removed", "Numbers and texts are no longer both taken", "unhandled"),
    _wider("int-or-string-added", "Numbers and texts are both taken now", "unhandled"),
    _tighter(
        "nullable-removed",
        "null is no longer taken",
        "nullable",
        why="null is refused, or dropped so that the default applies or the field is missing",
        remedy="keep nullable",
    ),
    _wider("nullable-added", "null is taken now", "nullable"),
    _tighter("format-tightened", "The API server checks another format", "unhandled"),
    Rule(
        "crd/format-changed",
        Level.WARNING,
        Effect.WIDENS,
        (_R,),
        "The format changed",
        "typed clients decode by it; the API server does not refuse more than before",
        "keep the format",
        "unhandled",
    ),
    _tighter("enum-added", "Only listed values are taken now", "enum"),
    _tighter("enum-value-removed", "A value is no longer taken", "enum"),
    _wider("enum-value-added", "A new value is taken", "enum"),
    _wider("enum-removed", "Every value is taken now", "enum"),
    _default("added", "A field has got a default"),
    _default("changed", "A default changed"),
    _default("removed", "A default is gone"),
    _tighter("pattern-tightened", "Texts have to match another pattern", "pattern"),
    _wider("pattern-loosened", "The pattern takes more than before", "pattern", Level.NOTE),
    _tighter("maximum-lowered", "The largest number is smaller", "maximum"),
    _tighter("minimum-raised", "The smallest number is larger", "minimum"),
    _tighter("max-items-lowered", "Lists have to be shorter", "maxItems"),
    _tighter("min-items-raised", "Lists have to be longer", "minItems"),
    _tighter("max-length-lowered", "Texts have to be shorter", "maxLength"),
    _tighter("min-length-raised", "Texts have to be longer", "minLength"),
    _tighter("max-properties-lowered", "Objects may have fewer fields", "maxProperties"),
    _tighter("min-properties-raised", "Objects need more fields", "minProperties"),
    _tighter("multiple-of-tightened", "Numbers have to be multiples of another number", "unhandled"),
    _tighter("unique-items-added", "Lists may not repeat a value", "unhandled"),
    _wider("bound-loosened", "A bound takes more than before", level=Level.NOTE),
    _merging("list-type-changed", "The list type changed", Effect.REJECTS),
    _merging("list-map-keys-changed", "The keys of a list changed", Effect.REJECTS),
    _merging("list-type-loosened", "The list may repeat values, and is merged in another way", Effect.MERGES),
    _merging("map-type-changed", "The map type changed", Effect.MERGES),
    _tighter("all-of-tightened", "allOf asks for more", "unhandled"),
    _tighter("any-of-tightened", "anyOf asks for more", "unhandled"),
    _tighter("one-of-tightened", "oneOf asks for something else", "oneOf"),
    _tighter("not-tightened", "not excludes something else", "unhandled"),
    _wider("composition-loosened", "allOf, anyOf, oneOf or not takes more than before", "unhandled", Level.NOTE),
    _tighter("validation-rule-added", "A CEL rule is new", "unhandled"),
    _tighter("validation-rule-changed", "A CEL rule changed", "unhandled"),
    _wider("validation-rule-removed", "A CEL rule is gone", "unhandled", Level.NOTE),
    Rule(
        "crd/description-changed",
        None,
        Effect.NONE,
        (),
        "A description changed",
        "nothing breaks by it",
        "nothing to do",
        "description",
    ),
    Rule(
        "crd/keyword-changed",
        Level.WARNING,
        Effect.NONE,
        (_R,),
        "Something changed that no other rule looks at",
        "no API server acts on the keyword, but other tools may",
        "see for yourself",
        "unhandled",
    ),
)

"""Types, null, formats and defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair, is_int_or_string, kinds
from fork_tools.compat.crd.definition import Schema

# What kube-apiserver checks; any other format is advice to clients.
ENFORCED_FORMATS: Final = frozenset(
    {"bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5"}
    | {"isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date"}
    | {"duration", "datetime", "date-time", "int32", "int64", "float", "double"}
)
_ACCEPT_EVERYTHING: Final = frozenset({"password", "double"})


def compare_type(pair: Pair) -> Iterator[Change]:
    """Compare the JSON types; a change of them hides every other difference of the place."""
    old, new = kinds(pair.old), kinds(pair.new)
    if old == new and is_int_or_string(pair.old) == is_int_or_string(pair.new):
        return
    if is_int_or_string(pair.old) and not old <= new:
        yield Change("crd/int-or-string-removed", f"takes {type_name(pair.new)} only, not numbers and texts", pair.path)
    elif is_int_or_string(pair.new) and old < new:
        yield Change("crd/int-or-string-added", "takes whole numbers and texts", pair.path)
    elif old <= new:
        text = f"takes {type_name(pair.new)}, not {type_name(pair.old)} only"
        yield Change("crd/type-widened", text, pair.path)
    else:
        text = f"was {type_name(pair.old)}, is {type_name(pair.new)}"
        yield Change("crd/type-changed", text, pair.path)


def type_name(schema: Schema) -> str:
    """Call the type by its name in the schema."""
    return "int-or-string" if is_int_or_string(schema) else str(schema.get("type") or "anything")


def compare_null(pair: Pair) -> Iterator[Change]:
    """Compare whether null is taken."""
    old, new = bool(pair.old.get("nullable")), bool(pair.new.get("nullable"))
    if old and not new:
        yield Change("crd/nullable-removed", "null is no longer taken", pair.path)
    elif new and not old:
        yield Change("crd/nullable-added", "null is taken now", pair.path)


def compare_format(pair: Pair) -> Iterator[Change]:
    """Compare the formats: tighter only when the API server checks the new one and did not check it before."""
    old, new = pair.old.get("format"), pair.new.get("format")
    if old == new:
        return
    text = f"format was {old or 'none'}, is {new or 'none'}"
    checked = new in ENFORCED_FORMATS - _ACCEPT_EVERYTHING and (old, new) != ("int32", "int64")
    yield Change("crd/format-tightened" if checked else "crd/format-changed", text, pair.path)


def compare_default(pair: Pair) -> Iterator[Change]:
    """Compare the defaults."""
    old, new = pair.old.get("default"), pair.new.get("default")
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return
    if old is None:
        yield Change("crd/default-added", f"is {json.dumps(new)} where it is left out", pair.path)
    elif new is None:
        yield Change("crd/default-removed", f"is no longer {json.dumps(old)} where it is left out", pair.path)
    else:
        text = f"is {json.dumps(new)} where it is left out, was {json.dumps(old)}"
        yield Change("crd/default-changed", text, pair.path)

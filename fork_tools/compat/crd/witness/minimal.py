"""Make the smallest value that two schemas both take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from fork_tools.compat.crd.admission.validation import problems
from fork_tools.compat.crd.comparison.pairs import fields, is_int_or_string, map_values
from fork_tools.compat.crd.definition import Schema
from fork_tools.compat.crd.patterns import text_matching
from fork_tools.compat.crd.witness.meet import field_of, items_of, meet

_COMPARED: Final = re.compile(r"\.(\w+) == '([^']*)'")
_FORMATS: Final[Mapping[str, str]] = {
    "date-time": "2024-01-01T00:00:00Z",
    "datetime": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "duration": "1s",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "cidr": "192.0.2.0/24",
    "uri": "https://example.test/",
    "email": "somebody@example.test",
    "hostname": "example.test",
    "mac": "00:00:5e:00:53:01",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uuid3": "00000000-0000-3000-8000-000000000000",
    "uuid4": "00000000-0000-4000-8000-000000000000",
    "uuid5": "00000000-0000-5000-8000-000000000000",
    "byte": "YQ==",
    "hexcolor": "#ffffff",
    "rgbcolor": "rgb(1,2,3)",
    "bsonobjectid": "507f1f77bcf86cd799439011",
    "ssn": "111-11-1111",
    "isbn10": "0306406152",
    "isbn13": "9780306406157",
    "isbn": "9780306406157",
    "creditcard": "4111111111111111",
}
MAP_KEY: Final = "Worker"


class Maker:
    """Makes values; knows the texts that rules in CEL compare fields with."""

    def __init__(self, *schemas: Schema) -> None:
        """Look through `schemas` for such texts."""
        self._wanted: dict[str, str] = {}
        for schema in schemas:
            self._learn(schema)

    def minimal(self, old: Schema, new: Schema, name: str = "") -> Any:
        """Make a value for the field `name` that both take, as far as that can be had; defaults are left to both."""
        both = meet(old, new)
        value = self._plain(both, old, new, name)
        for keyword in ("allOf", "anyOf", "oneOf"):
            value = self._satisfying(both, keyword, value, old, new, name)
        return value

    def _satisfying(self, both: Schema, keyword: str, value: Any, old: Schema, new: Schema, name: str) -> Any:
        branches = both.get(keyword) or ()
        if not branches or not any(problems({keyword: branches}, value)):
            return value
        for branch in branches:
            candidate = self._plain({**both, **branch}, {**old, **branch}, new, name)
            if not any(problems({keyword: branches}, candidate)):
                return candidate
        return value

    def _plain(self, both: Schema, old: Schema, new: Schema, name: str) -> Any:
        if both.get("enum"):
            return deepcopy(next((value for value in both["enum"] if value not in (None, "")), both["enum"][0]))
        if is_int_or_string(both) and "pattern" not in both:
            return 1
        match both.get("type") or ("string" if is_int_or_string(both) else "object"):
            case "string":
                return self._text(both, name)
            case "integer" | "number":
                return number(both)
            case "boolean":
                return False
            case "array":
                return self._list(both, old, new)
            case _:
                return self._object(both, old, new)

    def _text(self, schema: Schema, name: str) -> str:
        if name in self._wanted:
            return self._wanted[name]
        if schema.get("pattern"):
            found = text_matching(schema["pattern"])
            if found is not None and len(found) >= (schema.get("minLength") or 0):
                return found
        sample = _FORMATS.get(str(schema.get("format")), "a")
        return sample.ljust(schema.get("minLength") or 0, "a")

    def _list(self, both: Schema, old: Schema, new: Schema) -> list[Any]:
        return [self.element(old, new, index) for index in range(both.get("minItems") or 0)]

    def element(self, old: Schema, new: Schema, index: int) -> Any:
        """Make the `index`-th element of a list, other than those before it as far as its type allows."""
        value = self.minimal(*items_of(old, new))
        if index:
            keys = new.get("x-kubernetes-list-map-keys") or old.get("x-kubernetes-list-map-keys") or ()
            if isinstance(value, dict):
                value.update({key: another(value.get(key), index) for key in keys if key in value})
            elif not isinstance(value, list):
                value = another(value, index)
        return value

    def _object(self, both: Schema, old: Schema, new: Schema) -> dict[str, Any]:
        made = {name: self.minimal(*field_of(old, new, name), name) for name in both.get("required") or ()}
        if both.get("x-kubernetes-embedded-resource"):
            made = {"apiVersion": "v1", "kind": "Thing"} | made
        spare = [name for name in fields(both) if name not in made]
        while len(made) < (both.get("minProperties") or 0):
            if spare:
                name = spare.pop(0)
            elif map_values(both) is not None:
                name = MAP_KEY if MAP_KEY not in made else f"{MAP_KEY}{len(made)}"
            else:
                break
            made[name] = self.minimal(*field_of(old, new, name), name)
        return made

    def _learn(self, schema: Any) -> None:
        if isinstance(schema, Mapping):
            for rule in schema.get("x-kubernetes-validations") or ():
                if isinstance(rule, Mapping):
                    self._wanted.update(_COMPARED.findall(str(rule.get("rule", ""))))
            for child in schema.values():
                self._learn(child)


def number(schema: Schema) -> int | float:
    """Make the number nearest to 1 that the bounds take."""
    step = schema.get("multipleOf") or 1
    value = 1 if step == 1 else step
    if schema.get("minimum") is not None and value <= schema["minimum"]:
        value = schema["minimum"] + (step if schema.get("exclusiveMinimum") else 0)
        value = -(-value // step) * step
    if schema.get("maximum") is not None and value >= schema["maximum"]:
        value = schema["maximum"] - (step if schema.get("exclusiveMaximum") else 0)
        value = value // step * step
    return int(value) if schema.get("type") != "number" or float(value).is_integer() else float(value)


def another(value: Any, index: int) -> Any:
    """Make a scalar that is not `value`."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + index
    return f"{value}{index}" if isinstance(value, str) else value

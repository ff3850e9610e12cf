"""CEL rules, compared as rules: by their text, not by their place in the list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.comparison.pairs import Pair

_LONGEST = 120


def compare(pair: Pair) -> Iterator[Change]:
    """Compare the rules of one place; one that kept its message, or is the only other one, counts as changed."""
    old, new = _by_text(pair.old), _by_text(pair.new)
    gone = [rule for text, rule in old.items() if text not in new]
    come = [rule for text, rule in new.items() if text not in old]
    for rule in come:
        former = next((other for other in gone if other.get("message") == rule.get("message")), None)
        if former is None and len(come) == len(gone) == 1:
            former = gone[0]
        if former is None:
            yield Change("crd/validation-rule-added", f"new rule: {_told(rule)}", pair.path, name=_text(rule))
        else:
            gone.remove(former)
            text = f"rule is {_told(rule)}, was {_told(former)}"
            yield Change("crd/validation-rule-changed", text, pair.path, name=_text(rule))
    for rule in gone:
        yield Change("crd/validation-rule-removed", f"rule is gone: {_told(rule)}", pair.path, name=_text(rule))


def _by_text(schema: Any) -> dict[tuple[str, bool], Mapping[str, Any]]:
    """Key each rule by what it says and by whether it sees creations too."""
    rules = schema.get("x-kubernetes-validations") or ()
    return {(_text(rule), bool(rule.get("optionalOldSelf"))): rule for rule in rules}


def _text(rule: Mapping[str, Any]) -> str:
    return re.sub(r"\s+", " ", str(rule.get("rule", ""))).strip()


def _told(rule: Mapping[str, Any]) -> str:
    text = _text(rule)
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    message = rule.get("message")
    return f"{short} ({message})" if message else short

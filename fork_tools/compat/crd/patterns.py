"""Patterns as sets of texts: is one contained in another, and which text tells them apart.

RE2, which the API server uses, and Python agree on the patterns that CRDs use; what cannot be read as a finite
automaton of moderate size is undecided, never guessed.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from typing import Final

from interegular import FSM, parse_pattern
from interegular.fsm import anything_else

_LONGEST_PATTERN: Final = 400
# Syntax that RE2 and the library read differently.
_READ_DIFFERENTLY: Final = re.compile(r"\[\[:|\(\?(?!:)|\\[pPQEACzZGK]")
_MOST_STATES: Final = 1500
_PREFERRED: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-._/: "
_UNUSUAL: Final = "~%#é"


def contained(inner: str, outer: str) -> bool | None:
    """Whether every text that matches `inner` matches `outer`; None when that cannot be decided."""
    first, second = _automaton(inner), _automaton(outer)
    if first is None or second is None:
        return None
    return bool(first.issubset(second))  # type: ignore[no-untyped-call]  # theirs has no types


def text_matching(pattern: str, *, but_not: str | None = None) -> str | None:
    """Find one of the shortest texts that match `pattern`, but not `but_not`; None when there is none, or undecided."""
    wanted = _automaton(pattern)
    if wanted is None:
        return None
    if but_not is not None:
        unwanted = _automaton(but_not)
        if unwanted is None:
            return None
        wanted = wanted.difference(unwanted)  # type: ignore[no-untyped-call]  # theirs has no types
    return _shortest(wanted)


def text_not_matching(pattern: str) -> str | None:
    """Find a short text that does not match `pattern`."""
    return text_matching(".*", but_not=pattern)


@lru_cache(maxsize=256)
def _automaton(pattern: str) -> FSM | None:
    """Build the automaton of the texts in which `pattern` is found, as the API server searches it."""
    if len(pattern) > _LONGEST_PATTERN or _READ_DIFFERENTLY.search(pattern):
        return None
    body, begins, ends = _anchors(pattern)
    try:
        automaton = parse_pattern(f"{'' if begins else '.*'}({body}){'' if ends else '.*'}").to_fsm()
    except Exception:  # the library raises many kinds for what it does not read
        return None
    return automaton if len(automaton.states) <= _MOST_STATES else None


def _anchors(pattern: str) -> tuple[str, bool, bool]:
    """Take the anchors off; one within a branch is left to the parser, which refuses it."""
    begins = pattern.startswith("^")
    ends = pattern.endswith("$") and not pattern.endswith("\\$")
    body = pattern[1 if begins else 0 : -1 if ends else None]
    if (begins or ends) and _branches_at_top(body):
        return pattern, False, False
    return body, begins, ends


def _branches_at_top(body: str) -> bool:
    depth = 0
    in_class = escaped = False
    for character in body:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            return True
    return False


def _shortest(automaton: FSM) -> str | None:
    """Walk the automaton breadth first; each state is met once, so that size bounds the work."""
    waiting = deque([(automaton.initial, "")])
    met = {automaton.initial}
    while waiting:
        state, text = waiting.popleft()
        if state in automaton.finals:
            return text
        for transition, target in automaton.map.get(state, {}).items():
            if target not in met:
                met.add(target)
                symbols = automaton.alphabet.by_transition[transition]
                waiting.append((target, text + _symbol(symbols, automaton)))
    return None


def _symbol(symbols: list[object], automaton: FSM) -> str:
    known = {symbol for symbol in symbols if symbol is not anything_else}
    preferred = next((symbol for symbol in _PREFERRED if symbol in known), None)
    if preferred is not None:
        return preferred
    if known:
        return str(min(known, key=str))
    other = (symbol for symbol in _PREFERRED + _UNUSUAL if symbol not in automaton.alphabet)
    return next(other, "\N{SNOWMAN}")

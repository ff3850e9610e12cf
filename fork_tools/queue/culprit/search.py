"""Find where something stopped to hold in a row of states, without trusting that it broke only once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

# So many states are all looked at; of more, those that halving leads to and their neighbours.
_FEW = 40
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Breaking:
    """The last state never holds. `index` is the state from which on it does not, None when no state holds.

    `earlier` are states where it broke before and held again later; `checked` counts the states looked at.
    """

    index: int | None
    earlier: tuple[int, ...]
    checked: int


def find_breaking(count: int, holds: Callable[[int], bool], *, few: int = _FEW) -> Breaking | None:
    """Find the state since which `holds` is false; None when it is true of the last of `count` states.

    Both neighbours are known at the answer: the state before holds, the one at `index` does not. Halving finds one such
    place; when a state behind it holds after all, the search goes on from there.
    """
    seen: dict[int, bool] = {}

    @cache
    def ask(index: int) -> bool:
        seen[index] = holds(index)
        return seen[index]

    if ask(count - 1):
        return None
    if count <= few or not ask(0):
        for index in range(count):
            ask(index)
    else:
        _halve(0, count - 1, ask)
    breaks = [index for index in sorted(seen) if index and not seen[index] and seen.get(index - 1)]
    if not breaks:
        return Breaking(None, (), len(seen))
    return Breaking(breaks[-1], tuple(breaks[:-1]), len(seen))


def _halve(good: int, last: int, ask: Callable[[int], bool]) -> None:
    while True:
        low, high = good, last
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if ask(middle) else (low, middle)
        around = range(max(good, low - _NEIGHBOURS), min(last, high + _NEIGHBOURS) + 1)
        healed = [index for index in around if index > high and ask(index)]
        for index in around:
            ask(index)
        if not healed:
            return
        good = healed[-1]

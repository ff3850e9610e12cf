"""Kubernetes quantities such as `500m` or `2Gi`: read, added up, and written in canonical form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from typing import Final


class Format(Enum):
    """How a quantity is written; a sum is written like its first summand."""

    BINARY = auto()
    DECIMAL = auto()
    EXPONENT = auto()


_BINARY: Final = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL: Final = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_NUMBER: Final = r"(?P<number>[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))"
_SUFFIX: Final = r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?\d{1,2}))?"
_QUANTITY: Final = re.compile(_NUMBER + _SUFFIX, re.ASCII)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount, and how it is to be written."""

    amount: Fraction
    format: Format

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + other.amount, self.format if self.amount else other.format)

    def __mul__(self, times: int) -> Quantity:
        return Quantity(self.amount * times, self.format)

    def __str__(self) -> str:
        if self.format is Format.BINARY and abs(self.amount) >= 1024:
            return _written(self.amount, 1024, {power: suffix for suffix, power in _BINARY.items()} | {0: ""})
        if self.format is Format.EXPONENT:
            return _written(self.amount, 1000, {power: f"e{3 * power}" if power else "" for power in _DECIMAL.values()})
        return _written(self.amount, 1000, {power: suffix for suffix, power in _DECIMAL.items()})


def parse_quantity(raw: object) -> Quantity | None:
    """Read a quantity as a manifest may hold it, text or number; None for anything that is none."""
    match = _QUANTITY.fullmatch(str(raw)) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
    if match is None:
        return None
    number, suffix, exponent = Fraction(match["number"]), match["suffix"] or "", match["exponent"]
    if exponent is not None:
        return Quantity(number * Fraction(10) ** int(exponent), Format.EXPONENT)
    if suffix in _BINARY:
        return Quantity(number * 1024 ** _BINARY[suffix], Format.BINARY)
    return Quantity(number * Fraction(1000) ** _DECIMAL[suffix], Format.DECIMAL)


def total(resource_lists: Iterable[tuple[int, Mapping[str, object]]]) -> dict[str, str]:
    """Add up resource lists name by name, each as many times as it says; what is no quantity counts as nothing."""
    sums: dict[str, Quantity] = {}
    for times, resources in resource_lists:
        for name, raw in resources.items():
            quantity = parse_quantity(raw)
            if quantity is not None:
                sums[name] = sums[name] + quantity * times if name in sums else quantity * times
    return {name: str(quantity) for name, quantity in sorted(sums.items())}


def _written(amount: Fraction, base: int, suffixes: Mapping[int, str]) -> str:
    """Write with the largest suffix that leaves a whole number, rounding up below the smallest."""
    for power in sorted(suffixes, reverse=True):
        mantissa = amount / Fraction(base) ** power
        if mantissa.denominator == 1:
            return f"{mantissa.numerator}{suffixes[power]}" if mantissa else "0"
    smallest = min(suffixes)
    return f"{-(-amount // Fraction(base) ** smallest)}{suffixes[smallest]}"

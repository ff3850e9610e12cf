"""Resource quantities."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_FACTORS = {
    suffix: Decimal(base) ** power
    for base, suffixes in ((1000, ("k", "M", "G", "T", "P", "E")), (1024, ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")))
    for power, suffix in enumerate(suffixes, start=1)
} | {"m": Decimal("1e-3"), "u": Decimal("1e-6"), "n": Decimal("1e-9")}


def quantity(text: str | float) -> Decimal:
    """Read a quantity such as 500m, 2 or 1Gi; what cannot be read is 0, since the API server has checked it."""
    number, factor = str(text), Decimal(1)
    for length in (2, 1):
        if number[-length:] in _FACTORS:
            number, factor = number[:-length], _FACTORS[number[-length:]]
            break
    try:
        return Decimal(number) * factor
    except InvalidOperation:
        return Decimal(0)

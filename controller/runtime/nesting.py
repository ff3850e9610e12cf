"""Takes out of JSON what is nested deeper than any Kubernetes type, before it makes a decoder give up on everything.

The API server stores objects nested 10,000 deep where a CRD preserves unknown fields; Python handles a tenth of that.
"""

from __future__ import annotations

import re
from typing import Final

# The fields of a pod are less than twenty deep.
DEEPEST: Final = 100
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def is_shallow(raw: bytes) -> bool:
    """Tell at a glance whether `raw` needs no cutting; False when it takes a closer look."""
    return raw.count(b"{") + raw.count(b"[") <= DEEPEST


def cut(raw: bytes) -> bytes:
    """Replace by null what is nested deeper than DEEPEST; `raw` is valid JSON."""
    kept: list[bytes] = []
    start = depth = 0
    for token in _TOKEN.finditer(raw):
        if token[0] in (b"{", b"["):
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(raw[start : token.start()])
        elif token[0] in (b"}", b"]"):
            if depth == DEEPEST + 1:
                kept.append(b"null")
                start = token.end()
            depth -= 1
    return b"".join((*kept, raw[start:]))

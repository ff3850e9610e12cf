"""Path patterns as gitignore has them in part: `*` within a folder, `**` through folders, a folder means all in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether `path` as a whole is meant by `pattern`; `pkg/core` and `pkg/core/` mean everything below too."""
    return _compiled(pattern).fullmatch(path) is not None


def any_matches(patterns: Iterable[str], path: str) -> bool:
    """Whether one of the patterns means `path`."""
    return any(matches(pattern, path) for pattern in patterns)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    split = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.rstrip("/"))
    parts = [_WILDCARDS.get(part, re.escape(part)) for part in split]
    return re.compile("".join(parts) + r"(?:/.*)?", re.DOTALL)


_WILDCARDS = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}

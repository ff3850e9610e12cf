"""Pages of upstream's on the web, where its host has such."""

from __future__ import annotations

import re

_GITHUB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:](?P<name>[^/]+/[^/]+?)(?:\.git)?/?")


def commit_page(url: str, commit: str) -> str | None:
    """Name the page of a commit; None when the host of `url` is not known."""
    found = _GITHUB.fullmatch(url)
    return f"https://github.com/{found['name']}/commit/{commit}" if found else None


def pull_request_page(url: str, number: int) -> str | None:
    """Name the page of a pull request; None when the host of `url` is not known."""
    found = _GITHUB.fullmatch(url)
    return f"https://github.com/{found['name']}/pull/{number}" if found else None

"""`python -m tests.acceptance` writes docs/acceptance.md again."""

from __future__ import annotations

import sys

from tests.acceptance.cases import load_sections
from tests.acceptance.collection import CollectionError, collect
from tests.acceptance.numbering import group_by_case
from tests.acceptance.page import PAGE, render


def main() -> int:
    """Write the page; the exit code is 4 when pytest cannot collect the tests."""
    try:
        node_ids = collect()
    except CollectionError as error:
        sys.stderr.write(f"error: {error}\n  next  .venv/bin/pytest --collect-only\n")
        return 4
    PAGE.write_text(render(load_sections(), group_by_case(node_ids)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

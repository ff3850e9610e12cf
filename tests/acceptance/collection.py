"""Every test there is, as pytest itself collects them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]


class CollectionError(Exception):
    """Pytest cannot collect the tests; its own words say why."""


def collect() -> tuple[str, ...]:
    """Collect the node ids of all tests, in pytest's order; raises CollectionError."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "-p", "no:cacheprovider"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise CollectionError(f"pytest cannot collect the tests:\n{run.stdout}{run.stderr}")
    return tuple(line for line in run.stdout.splitlines() if "::" in line)

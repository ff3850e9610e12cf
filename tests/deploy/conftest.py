"""The programs that render what deploy/ ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.assets import find_assets


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """Find kubectl, which has kustomize built in."""
    return find_assets() / "kubectl"

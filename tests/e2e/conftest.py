"""One cluster with a node and the controller for all tests of a module, as the demonstration sets it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.demo.stage import require_environment, stage
from fork_tools.demo.telling import Teller

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "mxnet-digits"


@pytest.fixture(scope="session")
def mxnet_environment() -> Path:
    """Find the virtual environment that `make test` has made."""
    environment = REPOSITORY / ".venv-mxnet"
    require_environment(environment)
    return environment


@pytest.fixture(scope="module")
def training_cluster(tmp_path_factory: pytest.TempPathFactory, mxnet_environment: Path) -> Iterator[Cluster]:
    directory = tmp_path_factory.mktemp("training")
    with stage(directory, mxnet_environment, Teller(), keep=False) as cluster:
        yield cluster

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.upstream.configuration import Configuration, parse_configuration
from tests.tools.history import History


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep each test's cache apart from the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Give an upstream with two releases of lane 1.x and one of 2.x, whose paths are gone."""
    upstream = History(tmp_path / "trainer.git")
    upstream.release("v1.9.0", {"pkg/controller.v1/common/job.go": "one\n"})
    upstream.release("v1.9.1", {"pkg/controller.v1/common/job.go": "two\n"})
    upstream.release("v2.0.0", {"pkg/controller.v1/common/job.go": None, "pkg/controller/job.go": "three\n"})
    return upstream


@pytest.fixture
def configuration(tmp_path: Path, history: History) -> Configuration:
    return configured(tmp_path / "fork", history.url)


def configured(root: Path, url: str, *former: str) -> Configuration:
    """Make the configuration of a fork with the lanes 1.x and 2.x."""
    lanes = {
        "1.x": {"range": ">=1.9,<2", "requires": ["pkg/controller.v1"]},
        "2.x": {"range": ">=2,<3", "mode": "watch"},
    }
    return parse_configuration({"upstream": {"url": url, "former": list(former)}, "lane": lanes}, root)

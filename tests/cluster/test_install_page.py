"""The commands of docs/install.md, typed one after the other on a real API server, do what the page says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, up
from tests.deploy.helm import find_helm

REPOSITORY = Path(__file__).parents[2]


def commands() -> list[str]:
    """Read what follows the prompts."""
    page = (REPOSITORY / "docs" / "install.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a folder like the repository, and an environment in which kubectl and helm reach a new cluster."""
    assets = find_assets()
    cluster: Cluster = up(tmp_path / "cluster", assets=assets, crds=False, tied_to_parent=True)
    programs, folder = tmp_path / "bin", tmp_path / "kit"
    programs.mkdir()
    folder.mkdir()
    for program in (assets / "kubectl", find_helm()):
        (programs / program.name).symlink_to(program)
    for name in ("crds", "deploy"):
        (folder / name).symlink_to(REPOSITORY / name)
    reach = {"KUBECONFIG": str(cluster.kubeconfig), "HOME": str(tmp_path), "PATH": f"{programs}:{os.environ['PATH']}"}
    yield folder, os.environ | reach
    cluster.down()


def test_every_command_works_in_the_order_of_the_page(shell: tuple[Path, dict[str, str]]) -> None:
    folder, environment = shell
    assert len(commands()) > 15
    for command in commands():
        run = subprocess.run(  # noqa: S602  typed as a user would
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        assert "No resources found" not in run.stderr, command

"""Clearing a cluster's folder away as somebody who is not root."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fork_tools.cluster.layout import Layout
from fork_tools.cluster.state import ClusterState, Phase, write
from tests.cluster.node.test_agent import as_user


def test_what_pods_made_read_only_is_removed_and_what_they_point_at_is_not(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    layout = Layout.of(tmp_path / "cluster")
    locked = layout.node / "pods" / "volumes" / "cache" / "module"
    locked.mkdir(parents=True)
    (locked / "source").touch()
    (locked / "link").symlink_to(elsewhere)
    for folder in (locked, locked.parent):
        folder.chmod(0o555)
    write(layout.state, ClusterState(Phase.UP, "v1.37.2", "https://127.0.0.1:1", "/opt/assets"))

    down = [sys.executable, "-m", "fork_tools", "cluster", "down", "--dir", str(layout.directory)]
    run = subprocess.run([*as_user(1000), *down], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert not layout.directory.exists()
    assert elsewhere.stat().st_mode & 0o777 == 0o755

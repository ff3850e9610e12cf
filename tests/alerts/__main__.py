"""`python -m tests.alerts PROMTOOL` tries every alert; the exit code is promtool's."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.alerts.cases import promtool_tests
from tests.monitoring import rule_groups


def main(promtool: str) -> int:
    """Write the rules and the cases where promtool finds them, and let it judge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rule_groups()}), encoding="utf-8")
        (folder / "tests.yaml").write_text(yaml.safe_dump(promtool_tests("rules.yaml")), encoding="utf-8")
        return subprocess.run([promtool, "test", "rules", str(folder / "tests.yaml")], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.go import Go, required_go, too_old
from fork_tools.errors import ExitCode, MxforkError


@pytest.mark.parametrize(
    ("version", "toolchain", "required", "expected"),
    [
        pytest.param("go1.26.8", "local", "1.26.0", False, id="newer patch release"),
        pytest.param("go1.26.0", "local", "1.26.0", False, id="just it"),
        pytest.param("go1.26", "local", "1.26.0", True, id="a language version alone is older than its first release"),
        pytest.param("go1.9.1", "local", "1.26.0", True, id="numbers, not letters"),
        pytest.param("go1.30.0", "local", "1.26.0", False, id="next year's"),
        pytest.param("go1.25.4", "local", "1.26.0", True, id="told not to fetch"),
        pytest.param("go1.25.4", "auto", "1.26.0", False, id="fetches a newer one"),
        pytest.param("go1.20.1", "auto", "1.26.0", True, id="too old to fetch"),
        pytest.param("go1.20.1", "", "1.26.0", True, id="knows no toolchains"),
        pytest.param("go1.26.1-custom", "local", "1.26.0", False, id="a vendor's"),
    ],
)
def test_too_old(version: str, toolchain: str, required: str, expected: bool) -> None:
    assert too_old(version, toolchain, required) is expected


@pytest.mark.parametrize(
    ("module", "required"),
    [
        ("module x\n\ngo 1.26.0\n\nrequire y v1.0.0\n", "1.26.0"),
        ("module go\ngo 1.21\ntoolchain go1.22.3\n", "1.21"),
        ("module x\n", "1.0"),
    ],
)
def test_required_go(module: str, required: str) -> None:
    assert required_go(module) == required


def test_without_go_the_error_says_what_to_install_or_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MxforkError, match="Go is not on the PATH") as raised:
        Go.find("to build it", tmp_path / "cache", tmp_path / "scratch")
    assert "install Go 1.26" in raised.value.next_step
    assert "KUBEBUILDER_ASSETS" in raised.value.next_step
    assert raised.value.exit_code == ExitCode.COULD_NOT_COMPLETE

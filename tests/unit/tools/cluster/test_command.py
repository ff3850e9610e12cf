from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fork_tools.cli import main
from fork_tools.errors import ExitCode


def mxfork(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(["--image", "example/mxnet"], "is not NAME=PATH", id="no path"),
        pytest.param(["--image", "=/opt"], "is not NAME=PATH", id="no name"),
        pytest.param(
            ["--image", "example/mxnet=/nowhere"],
            "/nowhere is to stand for the image example/mxnet, but is no environment",
            id="no such environment",
        ),
        pytest.param(["--image", f"example/mxnet={sys.prefix}"], "add --nodes 1", id="nothing to run it on"),
        pytest.param(["--port", "0"], "0 is not in the range", id="not a port"),
        pytest.param(["--nodes", "-1"], "-1 is not in the range", id="less than no node"),
        pytest.param(["--crd", "/nowhere.yaml"], "does not exist", id="no such crd"),
        pytest.param(["--version", "1.37"], "not a version of Kubernetes", id="not a version"),
    ],
)
def test_wrong_use_starts_nothing(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    assert mxfork("cluster", "up", "--dir", str(tmp_path / "cluster"), *arguments) == ExitCode.WRONG_USE
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "cluster").exists()


def test_crd_and_no_crd_exclude_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "crd.yaml").touch()
    arguments = ["--dir", str(tmp_path / "cluster"), "--crd", str(tmp_path / "crd.yaml"), "--no-crd"]
    assert mxfork("cluster", "up", *arguments) == ExitCode.WRONG_USE
    assert "exclude each other" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["status", "down", "kubectl"])
def test_where_no_cluster_is_the_error_says_how_to_start_one(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mxfork("cluster", verb, "--dir", str(tmp_path)) == ExitCode.WRONG_USE
    assert f"mxfork cluster up --dir {tmp_path}" in capsys.readouterr().err


def test_assets_prints_the_folder_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    main(["cluster", "assets"])
    assert capsys.readouterr().out == f"{tmp_path}\n"


@pytest.mark.parametrize("verb", [[], ["assets"], ["up"], ["down"], ["status"], ["kubectl"]])
def test_help_is_there_for_every_verb(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["cluster", *verb, "--help"])
    assert "Usage: mxfork cluster" in capsys.readouterr().out


def test_a_path_that_cannot_be_used_is_an_error_not_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert mxfork("cluster", "assets") == ExitCode.COULD_NOT_COMPLETE
    assert str(tmp_path / "cache") in capsys.readouterr().err

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.cluster.assets import PROGRAMS, find_assets, version_of
from fork_tools.cluster.build import MANIFEST
from fork_tools.cluster.kubernetes_module import PINNED_VERSION
from fork_tools.errors import MxforkError


def put_programs(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def test_the_named_folder_comes_before_any_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = put_programs(tmp_path / "named", *PROGRAMS)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(named))
    assert find_assets() == named


def test_a_relative_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_programs(tmp_path / "named", *PROGRAMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", "named")
    assert find_assets() == tmp_path / "named"


@pytest.mark.parametrize("lost", PROGRAMS)
def test_an_incomplete_folder_is_an_error_that_names_what_lacks(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(put_programs(tmp_path, *(set(PROGRAMS) - {lost}))))
    with pytest.raises(MxforkError, match=f"lacks {lost}\n") as raised:
        find_assets()
    assert "unset it" in raised.value.next_step


def test_a_folder_that_is_not_there_lacks_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "gone"))
    with pytest.raises(MxforkError, match="lacks etcd, kube-apiserver, kube-controller-manager, kubectl"):
        find_assets()


def test_what_cannot_be_executed_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = put_programs(tmp_path, *PROGRAMS)
    (named / "kubectl").chmod(0o644)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(named))
    with pytest.raises(MxforkError, match="lacks kubectl"):
        find_assets()


def test_a_filled_cache_needs_no_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MxforkError, match="Go is not on the PATH") as raised:
        find_assets()
    folder = Path(dict(raised.value.facts)["missing in"])
    assert folder.is_relative_to(tmp_path / "cache")
    assert PINNED_VERSION in folder.name

    put_programs(folder, *PROGRAMS)
    with pytest.raises(MxforkError, match="Go is not on the PATH"):
        find_assets()
    (folder / MANIFEST).write_text("{}", encoding="utf-8")
    assert find_assets() == folder


def test_programs_of_another_machine_are_an_error(tmp_path: Path) -> None:
    assets = put_programs(tmp_path, "kube-apiserver")
    (assets / "kube-apiserver").write_bytes(b"\x7fELF of another machine")
    with pytest.raises(MxforkError, match="does not run on this machine"):
        version_of(assets)

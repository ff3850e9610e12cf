from __future__ import annotations

import re
from pathlib import Path

import pytest

from fork_tools.cluster import kubernetes_module
from fork_tools.cluster.assets import PROGRAMS
from fork_tools.cluster.kubernetes_module import PINNED_VERSION, kubernetes_recipe, module_file
from fork_tools.errors import ExitCode, MxforkError

UPSTREAM = {
    "Go": "1.23.0",
    "Require": [
        {"Path": "k8s.io/api", "Version": "v0.0.0"},
        {"Path": "k8s.io/client-go", "Version": "v0.0.0"},
        {"Path": "k8s.io/utils", "Version": "v0.0.0-20250604170112-4c0f3b243397"},
        {"Path": "example.test/other", "Version": "v1.2.3"},
    ],
}


@pytest.mark.parametrize(
    ("version", "release"),
    [("v1.32.13", "v0.32.13"), ("v1.37.2", "v0.37.2"), ("v1.38.0-rc.1", "v0.38.0-rc.1")],
)
def test_libraries_from_kubernetes_own_tree_come_from_its_release(version: str, release: str) -> None:
    replaced = re.findall(r"^replace (\S+) => \1 (\S+)$", module_file(version, UPSTREAM), re.MULTILINE)
    assert replaced == [("k8s.io/api", release), ("k8s.io/client-go", release)]


def test_the_module_asks_for_what_kubernetes_asks_for() -> None:
    lines = module_file("v1.32.13", UPSTREAM).splitlines()
    assert {"go 1.23.0", "require k8s.io/kubernetes v1.32.13"} <= set(lines)


@pytest.mark.parametrize("version", ["1.37.2", "v1.37", "v0.37.2", "latest", "v1.37.2 ", "v1.37.2/../x", ""])
def test_what_is_no_version_of_kubernetes_is_wrong_use(version: str) -> None:
    with pytest.raises(MxforkError, match="not a version of Kubernetes") as raised:
        kubernetes_recipe(version)
    assert raised.value.exit_code == ExitCode.WRONG_USE
    assert PINNED_VERSION in raised.value.next_step


@pytest.mark.parametrize("version", [PINNED_VERSION, "v1.32.13"])
def test_a_recipe_makes_every_program_and_tells_kubectl_its_version(version: str) -> None:
    recipe = kubernetes_recipe(version)
    assert sorted(recipe.programs) == sorted(PROGRAMS)
    flags = {program: build.linker_flags for build in recipe.builds for program in build.programs}
    assert f"gitVersion={version}" in flags["kubectl"]


def test_the_committed_module_is_the_default_version() -> None:
    module = (Path(kubernetes_module.__file__).with_name("gomodule") / "go.mod").read_text(encoding="utf-8")
    assert f"k8s.io/kubernetes {PINNED_VERSION}\n" in module
    assert set(re.findall(r"^\t(k8s\.io/\S+) => \1 ", module, re.MULTILINE)) >= {"k8s.io/api", "k8s.io/kubectl"}

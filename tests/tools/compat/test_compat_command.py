"""`mxfork compat` from the command line, on repositories made for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.history import History
from tests.tools.mxfork import Ended, Mxfork

TYPES = "pkg/apis/kubeflow.org/v1/common_types.go"
MAIN = "cmd/training-operator.v1/main.go"
JOB = "pkg/controller.v1/common/job.go"


def role(*verbs: str) -> str:
    documents = [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "r"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "b"},
            "roleRef": {"kind": "ClusterRole", "name": "r"},
            "subjects": [{"kind": "ServiceAccount", "name": "operator"}],
        },
    ]
    return yaml.safe_dump_all(documents)


@pytest.fixture
def mxfork(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mxfork:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MXFORK_UPSTREAM", raising=False)
    return Mxfork(capsys)


@pytest.fixture
def manifests(tmp_path: Path) -> tuple[str, str]:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(role("get", "list"), encoding="utf-8")
    new.write_text(role("get", "watch"), encoding="utf-8")
    return str(old), str(new)


def rules(ended: Ended) -> list[str]:
    document: dict[str, Any] = json.loads(ended.out)
    cases = [case for suite in document["suites"] for case in suite["cases"]]
    return [finding["rule"] for case in cases for finding in case["findings"] if finding["waiver"] is None]


def test_one_word_and_an_exit_code(mxfork: Mxfork, manifests: tuple[str, str]) -> None:
    old, new = manifests
    assert mxfork("compat", "rbac", old, old).code == 0
    ended = mxfork("compat", "rbac", old, new)
    assert ended.code == 1
    assert "breaking: 1 error, 1 warning" in ended.out


def test_a_waiver_in_patches_is_found_and_lets_it_pass(
    mxfork: Mxfork, manifests: tuple[str, str], tmp_path: Path
) -> None:
    waivers = tmp_path / "patches" / "waivers.toml"
    waivers.parent.mkdir()
    entry = 'rule = "rbac/running-version-loses"\npath = "operator: *"\nreason = "r"\nowner = "o"\nexpires = {}\n'
    waivers.write_text("[[waiver]]\n" + entry.format("2999-01-01"), encoding="utf-8")
    ended = mxfork("compat", "rbac", *manifests, "--output", "json")
    assert (ended.code, json.loads(ended.out)["verdict"]) == (0, "compatible with notes")
    waivers.write_text("[[waiver]]\n" + entry.format("2020-01-01"), encoding="utf-8")
    expired = mxfork("compat", "rbac", *manifests, "--output", "json")
    assert expired.code == 1
    assert "waiver/expired" in rules(expired)


def test_a_baseline_lets_what_is_known_pass(mxfork: Mxfork, manifests: tuple[str, str]) -> None:
    assert mxfork("compat", "rbac", *manifests, "--output-file", "before.json").code == 1
    again = mxfork("compat", "rbac", *manifests, "--baseline", "before.json", "--fail-on", "warning")
    assert again.code == 0


def test_revisions_of_the_own_repository(mxfork: Mxfork, tmp_path: Path) -> None:
    history = History(tmp_path / ".git")
    history.git.run("config", "core.bare", "false")
    before = history.commit({"rbac/role.yaml": role("get")})
    after = history.commit({"rbac/role.yaml": role("get", "list")})
    ended = mxfork("compat", "rbac", f"git:{before}:rbac", f"git:{after}:rbac", "--output", "json")
    assert rules(ended) == ["rbac/permission-gained"]
    gone = mxfork("compat", "rbac", f"git:{before}:absent", f"git:{after}:rbac")
    assert gone.code == 4
    assert "could not check" in gone.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(("rbac", "absent", "absent"), "absent does not exist", id="no file"),
        pytest.param(("rbac", "git:", "."), "names no revision", id="no revision"),
        pytest.param(("kubernetes", ".", ".", "--kubernetes", "1.99"), "nothing is known", id="no release"),
    ],
)
def test_wrong_use(mxfork: Mxfork, arguments: tuple[str, ...], complaint: str) -> None:
    ended = mxfork("compat", *arguments)
    assert ended.code == 2
    assert complaint in ended.err


def test_two_upstream_releases(mxfork: Mxfork, tmp_path: Path) -> None:
    history = History(tmp_path / "upstream.git")
    files = {TYPES: "package v1\n", MAIN: "package main\n", JOB: "package common\nfunc Finish() { a() }\n"}
    history.git.run("tag", "v1.0.0", history.commit(files))
    history.commit({TYPES: 'package v1\nconst Label = "training.kubeflow.org/new"\n'}, "Add a label (#7)")
    finish = "package common\nfunc Finish() { b() }\n"
    history.git.run("tag", "v1.1.0", history.commit({JOB: finish}, "Finish well (#8)"))
    arguments = ("upstream:v1.0.0", "upstream:v1.1.0", "--upstream", str(history.directory), "--offline")
    ended = mxfork("compat", "upstream", *arguments)
    assert ended.code == 1
    assert "is new by Add a label (#7)" in ended.out
    assert "changed by Finish well (#8)" in ended.out
    assert "needs port: 2 errors" in ended.out
    assert mxfork("compat", "upstream", ".", arguments[1], *arguments[2:]).code == 4

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fork_tools.atomic_file import write_text
from fork_tools.commands.crd import crd
from fork_tools.errors import MxforkError
from tests.unit.tools.crd.documents import DOCUMENT


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(crd, ["generate", *map(str, arguments)])


def test_a_generated_file_checks_well_until_it_is_edited(document: Path, tmp_path: Path) -> None:
    path = tmp_path / "crd.yaml"
    assert run("--openapi", document, "--output-file", path).exit_code == 0
    checked = ("--check", "--openapi", document, "--output-file", path)
    assert (run(*checked).exit_code, run(*checked).output) == (0, "")
    path.write_text(path.read_text(encoding="utf-8").replace("scope: Namespaced", "scope: Cluster"), encoding="utf-8")
    result = run(*checked)
    assert result.exit_code == 1
    assert "-  scope: Cluster\n+  scope: Namespaced\n" in result.stdout
    assert "generate it again" in result.stderr


def test_without_a_file_the_crd_goes_to_standard_output(document: Path) -> None:
    assert "kind: CustomResourceDefinition" in run("--openapi", document).stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(("--check",), "name it with --output-file", id="check without a file"),
        pytest.param(("--check", "--output-file", "absent.yaml"), "existing file", id="check of an absent file"),
        pytest.param(("--kubeconfig", __file__, "--openapi", __file__), "exclude each other", id="two sources"),
        pytest.param(("--deprecated", "x" * 257), "1 to 256 characters, this has 257", id="a warning too long"),
        pytest.param(("--deprecated", ""), "1 to 256 characters, this has 0", id="a warning that says nothing"),
    ],
)
def test_wrong_use_is_named(arguments: tuple[str, ...], complaint: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.output


@pytest.mark.parametrize("content", ["not json", "[]", "{}", '{"info": {"version": "1"}, "components": {}}'])
def test_a_file_that_is_no_openapi_document_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(content, encoding="utf-8")
    result = run("--openapi", path)
    assert isinstance(result.exception, MxforkError)
    assert f"{path} holds no OpenAPI v3 document" in str(result.exception)
    assert "kubectl get --raw /openapi/v3/api/v1" in str(result.exception)


@pytest.mark.parametrize("content", ["{", "hello", ""])
def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content, encoding="utf-8")
    result = run("--kubeconfig", path)
    assert isinstance(result.exception, MxforkError)
    assert f"{path} is no usable kubeconfig" in str(result.exception)


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    occupied = tmp_path / "folder"
    occupied.mkdir()
    with pytest.raises(MxforkError, match="the file is as it was"):
        write_text(occupied, "new")
    assert list(tmp_path.iterdir()) == [occupied]

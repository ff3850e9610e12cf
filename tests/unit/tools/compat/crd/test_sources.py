from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from fork_tools.commands.compat import compat
from fork_tools.errors import ExitCode, MxforkError
from tests.unit.tools.compat.crd.definitions import of_spec, of_value

TEXT = {"type": "string"}
OLD, NEW = of_spec(of_value(TEXT | {"maxLength": 5})), of_spec(of_value(TEXT | {"maxLength": 3}))


def write(path: Path, *documents: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(documents, sort_keys=False), encoding="utf-8")
    return path


def renamed(name: str) -> dict[str, Any]:
    return OLD | {"metadata": {"name": name}}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(compat, ["crd", *map(str, arguments)], env={"MXFORK_UPSTREAM": ""})


def error(*arguments: object) -> MxforkError:
    found = run(*arguments).exception
    assert isinstance(found, MxforkError)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_finding_names_the_line_that_changed(folder: Path) -> None:
    write(folder / "old.yaml", OLD)
    new = write(folder / "new.yaml", {"kind": "ConfigMap"}, NEW)
    line = new.read_text(encoding="utf-8").splitlines().index("              value:") + 1
    result = run("old.yaml", "new.yaml", "--output", "json")
    finding = json.loads(result.stdout)["suites"][0]["cases"][0]["findings"][0]
    assert (finding["location"]["path"], finding["location"]["line"]) == ("new.yaml", line)
    assert finding["details"]["path"] == ".spec.value"
    assert finding["details"]["crdifyPath"] == "^.spec.value"
    assert finding["details"]["directions"] == ["writers", "stored objects"]
    assert finding["details"]["witness"]["spec"] == {"value": "aaaa"}
    assert result.exit_code == ExitCode.FINDINGS


def test_a_folder_is_searched_where_crds_are_kept(folder: Path) -> None:
    write(folder / "repository" / "crds" / "widgets.yaml", OLD)
    write(folder / "repository" / "elsewhere.yaml", renamed("others.example.test"))
    result = run("repository", write(folder / "new.yaml", OLD))
    assert (result.exit_code, "compatible: no findings" in result.stdout) == (ExitCode.WELL, True)


def test_the_only_crd_of_one_side_says_what_is_compared(folder: Path) -> None:
    write(folder / "old.yaml", renamed("others.example.test"), OLD)
    assert run("old.yaml", write(folder / "new.yaml", OLD)).exit_code == ExitCode.WELL


def test_a_crd_that_is_gone_is_an_error(folder: Path) -> None:
    write(folder / "old.yaml", renamed("a.example.test"), renamed("b.example.test"), renamed("c.example.test"))
    write(folder / "new.yaml", renamed("a.example.test"), renamed("b.example.test"))
    result = run("old.yaml", "new.yaml")
    assert result.exit_code == ExitCode.FINDINGS
    assert "crd/definition-removed" in result.stdout


def test_a_commit_is_read_without_touching_the_work_tree(folder: Path) -> None:
    write(folder / "crds" / "widgets.yaml", OLD)
    (folder / "go.mod").write_text("require (\n\tk8s.io/api v0.29.3\n)\n", encoding="utf-8")
    git = ("git", "-c", "user.name=n", "-c", "user.email=e@example.test")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run((*git, *command), check=True)
    write(folder / "crds" / "widgets.yaml", NEW)
    assert "crd/max-length-lowered" in run("git:HEAD:crds", "crds").stdout
    assert "crd/max-length-lowered" in run("git:HEAD", "crds").stdout
    assert error("git:HEAD:nowhere", "crds").exit_code is ExitCode.WRONG_USE


ALIASES = "".join(f"b{i}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 12)}]\n" for i in range(9))
CRD = "kind: CustomResourceDefinition\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("kind: [", "cannot be read: line 2", id="broken yaml"),
        pytest.param('{"kind": ', "cannot be read", id="broken json"),
        pytest.param(f"{CRD}spec: &a [*a]", "an alias refers to what contains it", id="circle"),
        pytest.param(f"a: &a [1, 1]\n{ALIASES}", "unfold to more", id="aliases without end"),
        pytest.param("[" * 500 + "]" * 500, "nested deeper", id="too deep"),
        pytest.param("kind: ConfigMap", "holds no CustomResourceDefinition", id="no crd"),
        pytest.param(f"{CRD}apiVersion: apiextensions.k8s.io/v1beta1", "v1beta1", id="v1beta1"),
        pytest.param(
            f"{CRD}apiVersion: apiextensions.k8s.io/v1\nspec: {{versions: [3]}}", "missing or misshapen", id="misshapen"
        ),
    ],
)
def test_what_cannot_be_read_is_wrong_use_and_says_where(folder: Path, text: str, words: str) -> None:
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    found = error("bad.yaml", write(folder / "new.yaml", NEW))
    assert words in str(found)
    assert "bad.yaml" in str(found)
    assert found.exit_code is ExitCode.WRONG_USE


@pytest.mark.parametrize("source", ["nowhere.yaml", "upstream:", "git:"])
def test_a_source_that_is_none_is_wrong_use(folder: Path, source: str) -> None:
    assert error(source, write(folder / "new.yaml", NEW)).exit_code is ExitCode.WRONG_USE


def test_crds_of_different_groups_have_nothing_in_common(folder: Path) -> None:
    write(folder / "old.yaml", renamed("a.one.test"), renamed("b.one.test"))
    write(folder / "new.yaml", renamed("a.two.test"), renamed("b.two.test"))
    assert "no CRD in common" in str(error("old.yaml", "new.yaml"))


def test_ten_megabytes_are_read(folder: Path) -> None:
    fields = {f"field{index}": {"type": "string", "description": "x" * 1000} for index in range(10_000)}
    big = of_spec({"type": "object", "properties": fields})
    for name in ("old.json", "new.json"):
        (folder / name).write_text(json.dumps(big), encoding="utf-8")
    assert run("old.json", "new.json").exit_code == ExitCode.WELL


def test_levels_are_the_users_to_choose(folder: Path) -> None:
    paths = write(folder / "old.yaml", OLD), write(folder / "new.yaml", NEW)
    assert run(*paths, "--level", "max-length-lowered=note").exit_code == ExitCode.WELL
    assert run(*paths, "--level", "max-length-lowered=off").stdout.count("crd/") == 0
    assert "there is no rule" in run(*paths, "--level", "nonsense=off").output


def test_crdifys_form_names_what_crdify_names(folder: Path) -> None:
    result = run(write(folder / "old.yaml", OLD), write(folder / "new.yaml", NEW), "--format", "crdify-json")
    assert json.loads(result.stdout) == {
        "sameVersionValidation": [
            {
                "version": "v1",
                "propertyComparisons": [
                    {
                        "property": "^.spec.value",
                        "comparisonResults": [{"name": "maxLength", "errors": ["maxLength was 5, is 3"]}],
                    }
                ],
            }
        ]
    }
    assert result.exit_code == ExitCode.FINDINGS

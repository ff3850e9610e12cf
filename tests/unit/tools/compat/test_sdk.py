from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fork_tools.compat.sdk.offer import compare_with_offer
from fork_tools.compat.sdk.public_api import compare_packages
from fork_tools.compat.sdk.reading import SDK, read_sdk
from fork_tools.compat.sources.manifests import read_schema
from fork_tools.errors import MxforkError

SCHEMA: dict[str, Any] = {
    "properties": {
        "spec": {
            "properties": {
                "jobMode": {"type": "string"},
                "mxReplicaSpecs": {"additionalProperties": {"properties": {"replicas": {}}}},
            }
        }
    }
}
MODELS = {
    "KubeflowOrgV1MXJob": {"kind": "str", "metadata": "V1ObjectMeta", "spec": "KubeflowOrgV1MXJobSpec"},
    "KubeflowOrgV1MXJobSpec": {"jobMode": "str", "mxReplicaSpecs": "dict(str, KubeflowOrgV1ReplicaSpec)"},
    "KubeflowOrgV1ReplicaSpec": {"replicas": "int"},
}
LABELS = {"JOB_NAME_LABEL": "training.kubeflow.org/job-name"}
CONDITIONS = {"JOB_CONDITION_RUNNING": "Running"}


@pytest.mark.parametrize(
    ("sdk", "told"),
    [
        pytest.param(SDK(MODELS, LABELS, CONDITIONS), [], id="all of it is offered"),
        pytest.param(
            SDK(MODELS | {"KubeflowOrgV1ReplicaSpec": {"replicas": "int", "port": "int"}}, LABELS, CONDITIONS),
            ["sdk/field-not-taken .spec.mxReplicaSpecs.port"],
            id="a field deep inside",
        ),
        pytest.param(
            SDK(MODELS | {"KubeflowOrgV1ReplicaSpec": {}}, LABELS, CONDITIONS),
            ["sdk/field-unknown .spec.mxReplicaSpecs.replicas"],
            id="a field that the SDK lacks",
        ),
        pytest.param(SDK({}, LABELS, CONDITIONS), ["sdk/mxjob-missing KubeflowOrgV1MXJob"], id="1.9: no MXJob"),
        pytest.param(
            SDK(MODELS, {"A": "training.kubeflow.org/a"}, {"B": "Dancing"}),
            ["sdk/label-not-set A", "sdk/condition-not-set B"],
            id="names that the controller does not use",
        ),
    ],
)
def test_an_sdk_and_the_offer(sdk: SDK, told: list[str]) -> None:
    assert [f"{each.rule} {each.subject}" for each in compare_with_offer(sdk, SCHEMA)] == told


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_an_sdk_is_read_without_running_it(tmp_path: Path) -> None:
    model = """
raise RuntimeError("imported")
class Thing:
    openapi_types = {"job_mode": "str"}
    attribute_map = {"job_mode": "jobMode"}
"""
    constants = 'JOB_CONDITION_X = "X"\nA_LABEL = "training.kubeflow.org/a"\nOTHER = "b"\nNUMBER = 1\n'
    root = write(
        tmp_path,
        {"kubeflow/training/models/thing.py": model, "kubeflow/training/constants/constants.py": constants},
    )
    expected = SDK({"Thing": {"jobMode": "str"}}, {"A_LABEL": "training.kubeflow.org/a"}, {"JOB_CONDITION_X": "X"})
    assert read_sdk(root) == expected


def test_a_folder_without_an_sdk_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match=r"holds no kubeflow\.training") as caught:
        read_sdk(tmp_path)
    assert caught.value.exit_code == 2


def test_a_folder_without_our_crd_is_wrong_use(tmp_path: Path) -> None:
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "others"}}
    (tmp_path / "crd.yaml").write_text(yaml.safe_dump(crd), encoding="utf-8")
    with pytest.raises(MxforkError, match=r"holds no mxjobs\.kubeflow\.org"):
        read_schema(tmp_path)


def test_breakages_of_a_package_are_named_where_they_are(tmp_path: Path) -> None:
    old = write(tmp_path / "old", {"pack/__init__.py": "", "pack/a.py": "def f(x, y=1): ...\ndef g(): ...\n"})
    new = write(
        tmp_path / "new",
        {"pack/__init__.py": "", "pack/a.py": "def f(x, y): ...\n", "pack/a_test.py": "def t(): ...\n"},
    )
    found = {each.subject: each for each in compare_packages("pack", old, new)}
    assert sorted(found) == ["pack.a.f(y)", "pack.a.g"]
    assert found["pack.a.f(y)"].message == "Parameter is now required"
    place = found["pack.a.g"].location
    assert place is not None
    assert (place.path, place.line) == ("pack/a.py", 2)
    assert not list(compare_packages("pack", new, new))

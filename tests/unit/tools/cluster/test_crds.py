from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fork_tools.cluster.crds import MXJOB_CRD, require_files, served_paths
from fork_tools.errors import MxforkError


def test_the_repository_has_the_crd_that_is_installed_by_default() -> None:
    require_files([MXJOB_CRD])
    document = yaml.safe_load(MXJOB_CRD.read_text(encoding="utf-8"))
    assert served_paths(document) == ("/apis/kubeflow.org/v1", "/apis/kubeflow.org/v1/mxjobs")


def test_versions_that_are_not_served_are_not_waited_for() -> None:
    crd = {
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.test",
            "names": {"plural": "things"},
            "versions": [{"name": "v1", "served": True}, {"name": "v1alpha1", "served": False}],
        },
    }
    assert served_paths(crd) == ("/apis/example.test/v1", "/apis/example.test/v1/things")


def test_another_document_serves_nothing() -> None:
    assert served_paths({"kind": "Namespace", "metadata": {"name": "x"}}) == ()


def test_a_missing_file_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match="there is no CRD file") as raised:
        require_files([tmp_path / "crd.yaml"])
    assert "--no-crd" in raised.value.next_step

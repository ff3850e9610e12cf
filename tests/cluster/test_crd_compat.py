"""The CRD check against a real API server: it judges as we do, and can be asked."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fork_tools.cluster.lifecycle import Cluster
from fork_tools.cluster.ports import free_port
from fork_tools.commands.compat import compat
from fork_tools.compat.crd.admission.admit import Admission, Admitted
from fork_tools.compat.crd.sources.cluster import DEFINITIONS, ClusterApi
from fork_tools.errors import ExitCode, MxforkError
from tests.unit.tools.compat.crd.definitions import of_schema, of_value
from tests.unit.tools.compat.crd.generated import Schema, objects_of, schemas

ROUNDS = int(os.environ.get("ADMISSION_ROUNDS", "5"))
SCHEMAS, OBJECTS = 6, 8


@pytest.fixture(scope="module")
def api(cluster: Cluster) -> ClusterApi:
    return ClusterApi(cluster.kubeconfig)


class Installed:
    """A CRD in a group of its own, until the test ends."""

    def __init__(self, api: ClusterApi, schema: Schema, group: str) -> None:
        self.api, self.group = api, group
        document = of_schema(schema)
        document["metadata"]["name"] = f"widgets.{group}"
        document["spec"]["group"] = group
        self.document = document
        answered = api.request("POST", DEFINITIONS, document)
        assert answered.status == 201, answered.body
        self.path = f"/apis/{group}/v1/namespaces/default/widgets"
        deadline = time.monotonic() + 30
        while api.request("GET", self.path).status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def object(self, name: str, **body: Any) -> dict[str, Any]:
        return {"apiVersion": f"{self.group}/v1", "kind": "Widget", "metadata": {"name": name}, **body}

    def remove(self) -> None:
        self.api.request("DELETE", f"{DEFINITIONS}/widgets.{self.group}")


def test_the_api_server_judges_generated_objects_as_we_do(api: ClusterApi, tmp_path_factory: Any) -> None:
    serial = iter(range(1, 1000))

    @settings(max_examples=ROUNDS, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(schemas(), min_size=SCHEMAS, max_size=SCHEMAS), st.data())
    def judged_alike(drawn: list[Schema], data: st.DataObject) -> None:
        fields = {f"f{index}": schema for index, schema in enumerate(drawn)}
        schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}
        admission = Admission(schema)
        installed = Installed(api, schema, f"judged{next(serial)}.{tmp_path_factory.getbasetemp().name}.example.test")
        try:
            for name, field in fields.items():
                for _ in range(OBJECTS):
                    sent = installed.object("one", spec={name: data.draw(objects_of(field))})
                    ours = admission.admit(sent)
                    theirs = api.request("POST", installed.path, sent, dryRun="All")
                    assert (theirs.status == 201) == isinstance(ours, Admitted), (field, sent, ours, theirs.body)
                    if isinstance(ours, Admitted):
                        assert theirs.body["spec"] == ours.stored["spec"], (field, sent)
        finally:
            installed.remove()

    judged_alike()


TEXT = {"type": "string"}
OLD = of_value(TEXT | {"maxLength": 5})
NEW: dict[str, Any] = {"type": "object", "properties": {"value": TEXT | {"maxLength": 3, "default": "abc"}}}


def file_of(folder: Path, name: str, spec: Any) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(of_schema({"type": "object", "properties": {"spec": spec}})), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(compat, ["crd", *map(str, arguments)])


def test_witnesses_are_confirmed_and_nothing_stays_behind(cluster: Cluster, api: ClusterApi, tmp_path: Path) -> None:
    old, new = file_of(tmp_path, "old.yaml", OLD), file_of(tmp_path, "new.yaml", NEW)
    result = run(old, new, "--prove", cluster.kubeconfig, "--output", "json")
    findings = [finding for case in json.loads(result.stdout)["suites"][0]["cases"] for finding in case["findings"]]
    proofs = {finding["rule"]: finding["details"]["proof"] for finding in findings}
    assert proofs.keys() == {"crd/field-removed", "crd/max-length-lowered", "crd/default-added"}
    assert all(proof.startswith("confirmed by the API server") for proof in proofs.values())
    assert result.exit_code == ExitCode.FINDINGS
    left = [item["metadata"]["name"] for item in api.request("GET", DEFINITIONS).body["items"]]
    assert not [name for name in left if "witness.mxfork" in name]


@pytest.fixture
def installed(api: ClusterApi) -> Iterator[Installed]:
    schema = {"type": "object", "properties": {"spec": OLD}}
    installed = Installed(api, schema, f"compat{os.getpid()}.example.test")
    yield installed
    installed.remove()


def test_objects_that_would_break_are_listed(
    cluster: Cluster, api: ClusterApi, installed: Installed, tmp_path: Path
) -> None:
    for name, spec in (("fine", {"value": "abc"}), ("long", {"value": "abcd"}), ("cut", {"other": "x"})):
        api.request("POST", installed.path, installed.object(name, spec=spec))
    document = installed.document
    document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"] = NEW
    new = tmp_path / "new.yaml"
    new.write_text(yaml.safe_dump(document), encoding="utf-8")
    result = run("cluster:", new, "--kubeconfig", cluster.kubeconfig, "--against-cluster", "--output", "json")
    cases = {case["name"]: case for case in json.loads(result.stdout)["suites"][0]["cases"]}
    objects = cases[f"widgets.{installed.group}: objects of cluster:"]
    assert objects["summary"] == "2 of 3 objects would break"
    assert {(finding["rule"], finding["subject"]) for finding in objects["findings"]} == {
        ("crd/object-refused", "default/long"),
        ("crd/object-altered", "default/cut"),
    }


def test_an_api_server_that_is_away_is_never_taken_for_compatible(cluster: Cluster, tmp_path: Path) -> None:
    config = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{free_port()}"
    away = tmp_path / "kubeconfig"
    away.write_text(yaml.safe_dump(config), encoding="utf-8")
    result = run("cluster:", file_of(tmp_path, "new.yaml", NEW), "--kubeconfig", away)
    assert isinstance(result.exception, MxforkError)
    assert result.exception.exit_code is ExitCode.COULD_NOT_COMPLETE
    assert "does not answer" in str(result.exception)

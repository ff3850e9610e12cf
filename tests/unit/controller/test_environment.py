from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api.mxjob import read
from controller.reconcile.environment import environment
from tests.unit.controller.builders import dist_job, mxjob, replica_spec, template


def variables(raw: dict[str, Any], replica_type: str, index: int = 0) -> dict[str, str]:
    job = read(raw)
    spec = job.spec_of(replica_type)
    assert spec
    return {entry["name"]: entry["value"] for entry in environment(job, spec, index)}


def on_port(replicas: int, number: int) -> dict[str, Any]:
    return replica_spec(replicas, ports=[{"name": "mxjob-port", "containerPort": number}])


def annotated(key: str) -> dict[str, Any]:
    return replica_spec(template=template() | {"metadata": {"annotations": {"tuner-server-key": key}}})


def test_57_the_training_example_byte_for_byte() -> None:
    raw = dist_job(worker=on_port(2, 9991))
    assert list(variables(raw, "Worker", 1).items()) == [
        (
            "MX_CONFIG",
            '{"cluster":{"scheduler":[{"url":"demo-scheduler-0","port":9091}],'
            '"server":[{"url":"demo-server-0","port":9091}],'
            '"worker":[{"url":"demo-worker-0","port":9991},{"url":"demo-worker-1","port":9991}]},'
            '"labels":{"scheduler":"","server":"","worker":""},"task":{"type":"worker","index":1}}',
        ),
        ("DMLC_PS_ROOT_PORT", "9091"),
        ("DMLC_PS_ROOT_URI", "demo-scheduler-0"),
        ("DMLC_NUM_SERVER", "1"),
        ("DMLC_NUM_WORKER", "2"),
        ("DMLC_ROLE", "worker"),
        ("DMLC_USE_KUBERNETES", "1"),
        ("DMLC_WORKER_ID", "1"),
    ]


def test_61_the_tuning_example_byte_for_byte() -> None:
    raw = mxjob("tvm", mode="MXTune", tuner_tracker=1, tuner_server=annotated("gtx"), tuner=1)
    assert list(variables(raw, "Tuner").items()) == [
        (
            "MX_CONFIG",
            '{"cluster":{"tuner":[{"url":"tvm-tuner-0","port":9091}],'
            '"tunerserver":[{"url":"tvm-tunerserver-0","port":9091}],'
            '"tunertracker":[{"url":"tvm-tunertracker-0","port":9091}]},'
            '"labels":{"tuner":"","tunerserver":"gtx","tunertracker":""},"task":{"type":"tuner","index":0}}',
        ),
        ("DMLC_PS_ROOT_PORT", "0"),
        ("DMLC_PS_ROOT_URI", ""),
        ("DMLC_NUM_SERVER", "0"),
        ("DMLC_NUM_WORKER", "0"),
        ("DMLC_ROLE", "tuner"),
        ("DMLC_USE_KUBERNETES", "1"),
    ]


@pytest.mark.parametrize(
    ("replica_type", "index", "expected"),
    [
        pytest.param("Worker", 0, "0", id="58: the first worker"),
        pytest.param("Worker", 1, "1", id="58: the second worker"),
        pytest.param("Scheduler", 0, None, id="58: no scheduler"),
        pytest.param("Server", 0, None, id="58: no server"),
    ],
)
def test_worker_id(replica_type: str, index: int, expected: str | None) -> None:
    assert variables(dist_job(), replica_type, index).get("DMLC_WORKER_ID") == expected


def test_59_each_type_has_its_own_port_and_the_root_is_the_scheduler() -> None:
    raw = mxjob(scheduler=on_port(1, 9001), server=on_port(1, 9002), worker=on_port(1, 9003))
    found = variables(raw, "Worker")
    cluster = json.loads(found["MX_CONFIG"])["cluster"]
    assert {role: members[0]["port"] for role, members in cluster.items()} == {
        "scheduler": 9001,
        "server": 9002,
        "worker": 9003,
    }
    assert found["DMLC_PS_ROOT_PORT"] == "9001"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(mxjob(worker=1), id="60: no scheduler"),
        pytest.param(mxjob(worker=1, scheduler=0), id="60: a scheduler of 0 replicas"),
    ],
)
def test_without_a_scheduler_there_is_no_root(raw: dict[str, Any]) -> None:
    found = variables(raw, "Worker")
    assert (found["DMLC_PS_ROOT_PORT"], found["DMLC_PS_ROOT_URI"]) == ("0", "")


def test_64_the_job_mode_changes_nothing() -> None:
    assert variables(dist_job(mode="MXTune"), "Worker") == variables(dist_job(mode="MXTrain"), "Worker")


def test_65_counts_and_members_by_index() -> None:
    found = variables(dist_job(server=2, worker=3), "Server", 1)
    assert (found["DMLC_NUM_SERVER"], found["DMLC_NUM_WORKER"]) == ("2", "3")
    cluster = json.loads(found["MX_CONFIG"])["cluster"]
    assert [member["url"] for member in cluster["worker"]] == ["demo-worker-0", "demo-worker-1", "demo-worker-2"]


def test_66_an_unknown_type_appears_too() -> None:
    found = variables(mxjob(worker=1, specs={"Foo": replica_spec(2)}), "Foo", 1)
    config = json.loads(found["MX_CONFIG"])
    assert config["cluster"]["foo"] == [{"url": "demo-foo-0", "port": 9091}, {"url": "demo-foo-1", "port": 9091}]
    assert config["task"] == {"type": "foo", "index": 1}
    assert found["DMLC_ROLE"] == "foo"


def test_144_a_type_of_0_replicas_has_no_members() -> None:
    assert json.loads(variables(dist_job(server=0), "Worker")["MX_CONFIG"])["cluster"]["server"] == []


def test_types_are_ordered_by_their_lower_case_names() -> None:
    config = variables(mxjob(worker=1, tuner=1, scheduler=1, specs={"Foo": replica_spec()}), "Worker")["MX_CONFIG"]
    assert list(json.loads(config)["cluster"]) == ["foo", "scheduler", "tuner", "worker"]


@pytest.mark.parametrize(
    ("key", "rendered"),
    [
        pytest.param("<a>&b", r'"\u003ca\u003e\u0026b"', id="what HTML reads is escaped"),
        pytest.param("\u2028\u2029", r'"\u2028\u2029"', id="line separators are escaped"),
        pytest.param('a"\\\n\t', r'"a\"\\\n\t"', id="what JSON reads is escaped"),
        pytest.param("\x01\x7f", '"\\u0001\x7f"', id="control characters are escaped, DEL is not"),
        pytest.param("Größe 模型", '"Größe 模型"', id="other scripts are not"),
    ],
)
def test_labels_are_escaped_as_v1_8_1_did(key: str, rendered: str) -> None:
    assert (
        f'"labels":{{"tunerserver":{rendered}}}'
        in variables(mxjob(tuner_server=annotated(key)), "TunerServer")["MX_CONFIG"]
    )


@given(st.text())
def test_any_label_survives_the_escaping(key: str) -> None:
    config = variables(mxjob(tuner_server=annotated(key)), "TunerServer")["MX_CONFIG"]
    assert json.loads(config)["labels"]["tunerserver"] == key

"""Starting under every circumstance: what is wrong is told with its remedy, and what may come is waited for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.controller_process import PROGRAM, running
from tests.cluster.gateway import Answer, Gateway, gateway
from tests.cluster.kube import Kube, Namespace
from tests.cluster.mxjobs import mxjob
from tests.cluster.waiting import wait_until

HTML = Answer(200, "<html>please log in</html>", "text/html")


def refused_start(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run a controller that has to refuse to start; returns what it says."""
    command = [str(PROGRAM), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


@pytest.fixture
def gate(access: Path) -> Iterator[Gateway]:
    with gateway(access) as made:
        yield made


@pytest.fixture
def flags(gate: Gateway, namespace: str, tmp_path: Path) -> list[str]:
    """Lead the controller through the gateway, into the test's namespace."""
    return [f"--kubeconfig={gate.write_kubeconfig(tmp_path / 'kubeconfig')}", f"--namespace={namespace}"]


def test_an_unknown_flag_is_refused_with_a_hint() -> None:
    assert "--help" in refused_start("--webhook-server-port=9443")


def test_an_address_is_refused_with_the_forms_there_are() -> None:
    assert "HOST:PORT" in refused_start("--metrics-bind-address=nowhere")


def test_help_teaches() -> None:
    run = subprocess.run([str(PROGRAM), "--help"], capture_output=True, text=True, check=True, timeout=60)
    for word in ("--namespace", "KUBEFLOW_NAMESPACE", "kubectl apply -f crds/kubeflow.org_mxjobs.yaml", "curl"):
        assert word in run.stdout


def test_a_missing_kubeconfig_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none"
    assert f"error: kubeconfig {path} does not exist" in refused_start(f"--kubeconfig={path}")


def test_no_cluster_at_all_says_how_to_name_one(tmp_path: Path) -> None:
    message = refused_start(environment={"HOME": str(tmp_path), "PATH": ""})
    assert "no cluster to talk to" in message
    assert "--kubeconfig FILE" in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("a: b: c", "mapping values are not allowed", id="no YAML"),
        pytest.param("just words", "", id="no mapping"),
        pytest.param("", "", id="empty"),
        pytest.param(yaml.safe_dump({"contexts": [], "clusters": [], "users": []}), "current-context", id="no context"),
        pytest.param(
            yaml.safe_dump({"current-context": "gone", "contexts": [], "clusters": [], "users": []}),
            "gone",
            id="a context that is not there",
        ),
        pytest.param(
            yaml.safe_dump(
                {
                    "current-context": "c",
                    "contexts": [{"name": "c", "context": {"cluster": "k", "user": ""}}],
                    "clusters": [{"name": "k", "cluster": {}}],
                    "users": [],
                }
            ),
            "no `server`",
            id="no server",
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content, encoding="utf-8")
    first, second = refused_start(f"--kubeconfig={path}").splitlines()
    assert first.startswith(f"error: kubeconfig {path} cannot be used: ")
    assert reason in first
    assert second.strip() == f"next      kubectl --kubeconfig {path} config view"


def test_a_port_that_is_taken_is_told(access: Path, namespace: str) -> None:
    with running(f"--kubeconfig={access}", f"--namespace={namespace}") as first:
        address = f"127.0.0.1:{first.wait_for_log(r'metrics on 127.0.0.1:(.*)').group(1)}"
        message = refused_start(f"--kubeconfig={access}", f"--metrics-bind-address={address}")
    assert f"error: cannot listen on {address} for metrics" in message
    assert "--metrics-bind-address HOST:PORT" in message


def test_an_api_server_that_is_away_is_waited_for(gate: Gateway, flags: list[str], here: Namespace) -> None:
    with running(*flags) as controller:
        controller.wait_for_log("the API server cannot be reached")
        assert controller.probe("/healthz") == (200, "ok")
        assert controller.probe("/readyz")[0] == 503
        gate.open()
        controller.wait_until_ready()
        here.create_job(mxjob())
        wait_until(lambda: len(here.pods()) == 1, otherwise=lambda: controller.log)
        assert controller.log.count("the API server cannot be reached") <= 2, "told when it begins and when it ends"
        assert controller.stop() == 0


def test_an_api_server_that_goes_away_is_waited_for(gate: Gateway, flags: list[str], here: Namespace) -> None:
    gate.open()
    with running(*flags) as controller:
        controller.wait_until_ready()
        gate.close()
        controller.wait_for_log("the API server cannot be reached")
        here.create_job(mxjob())
        assert controller.probe("/healthz") == (200, "ok")
        gate.open()
        wait_until(lambda: len(here.pods()) == 1, otherwise=lambda: controller.log)
        controller.wait_for_log("over: the API server cannot be reached")
        assert controller.stop() == 0


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(401), id="unauthorized"),
        pytest.param(Answer(403), id="forbidden"),
        pytest.param(Answer(404), id="not found"),
        pytest.param(Answer(503), id="unavailable"),
        pytest.param(HTML, id="a log-in page"),
    ],
)
def test_no_answer_to_any_request_ends_the_process(
    gate: Gateway, flags: list[str], here: Namespace, answer: Answer
) -> None:
    gate.rule = lambda _method, _path: answer
    gate.open()
    with running(*flags) as controller:
        # kopf asks for these by itself, and ends when it has no answer: twice is once more than it bears of a 401.
        wait_until(lambda: gate.requests.count(("GET", "/apis")) >= 2, otherwise=lambda: controller.log)
        controller.wait_for_log("trying again")
        assert controller.process.poll() is None
        gate.rule = lambda _method, _path: None
        controller.wait_until_ready()
        here.create_job(mxjob())
        wait_until(lambda: len(here.pods()) == 1, otherwise=lambda: controller.log)
        assert controller.stop() == 0


def test_153_a_verb_that_is_not_permitted_is_named(gate: Gateway, flags: list[str], namespace: str) -> None:
    def forbid_services(_method: str, path: str) -> Answer | None:
        return Answer(403) if path.endswith("/services") else None

    gate.rule = forbid_services
    gate.open()
    with running(*flags) as controller:
        controller.wait_for_log(f"not permitted to list services in namespace {namespace}; next: ")
        # The other kinds are listed at the same time, in any order.
        wait_until(lambda: controller.probe("/readyz") == (503, "not listed yet: services"))
        gate.rule = lambda _method, _path: None
        controller.wait_until_ready()


def test_a_missing_crd_is_waited_for(gate: Gateway, flags: list[str]) -> None:
    gate.rule = lambda _method, path: Answer(404) if "kubeflow.org" in path else None
    gate.open()
    with running(*flags) as controller:
        controller.wait_for_log("not installed; next: kubectl apply -f crds/kubeflow.org_mxjobs.yaml")
        gate.rule = lambda _method, _path: None
        controller.wait_until_ready()
        controller.wait_for_log("over: the CRD mxjobs.kubeflow.org is not installed")


def test_credentials_are_never_logged(gate: Gateway, flags: list[str]) -> None:
    gate.open()
    with running(*flags, "--log-level=debug") as controller:
        controller.wait_until_ready()
        assert controller.stop() == 0
        assert "not-a-secret" not in controller.log


def test_155_the_namespace_may_come_from_the_environment(
    access: Path, namespace: str, here: Namespace, kube: Kube
) -> None:
    elsewhere = kube.in_namespace("default")
    environment = {"KUBEFLOW_NAMESPACE": namespace, "KUBECONFIG": str(access)}
    with running(environment=environment) as controller:
        controller.wait_for_log(f"following {namespace} on ")
        controller.wait_until_ready()
        elsewhere.create_job(mxjob("not-ours"))
        try:
            here.create_job(mxjob())
            wait_until(lambda: here.conditions("job") != {}, otherwise=lambda: controller.log)
            assert elsewhere.conditions("not-ours") == {}
            assert elsewhere.pods() == {}
        finally:
            elsewhere.delete_job("not-ours")

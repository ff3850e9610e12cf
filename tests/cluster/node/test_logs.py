"""Logs, as kubectl and the SDK read them through the API server."""

from __future__ import annotations

import ssl
import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from tests.cluster.node.pods import NodeAgent, Pods, pod
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nodes")

COUNT = "i=1; while [ $i -le 5 ]; do echo line $i; i=$((i+1)); done; echo oops >&2; printf end"


def test_logs_hold_what_a_container_wrote_in_order(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", COUNT))
    pods.finished("one")
    assert pods.logs("one") == "line 1\nline 2\nline 3\nline 4\nline 5\noops\nend"


def test_logs_can_be_shortened_and_dated(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", COUNT))
    pods.finished("one")
    assert pods.logs("one", "--tail=2") == "oops\nend"
    assert pods.logs("one", "--limit-bytes=9") == "line 1\nli"
    assert pods.logs("one", "--since-time=2100-01-01T00:00:00Z") == ""
    first = pods.logs("one", "--timestamps").splitlines()[0]
    assert first.endswith("Z line 1")


def test_following_ends_with_the_container(pods: Pods) -> None:
    script = "echo begun; until [ -e /opt/data/go ]; do sleep 0.05; done; echo done"
    wait = "sleep 0.5; touch /opt/data/go"
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/opt/data"}]}
    pods.apply(
        pod(
            "one",
            containers=[
                {"name": "main", "image": "example/python", "command": ["sh", "-c", script], **mounts},
                {"name": "helper", "image": "example/python", "command": ["sh", "-c", wait], **mounts},
            ],
            volumes=[{"name": "data", "emptyDir": {}}],
        )
    )
    pods.wait("one", lambda seen: seen["status"]["phase"] != "Pending")
    assert pods.logs("one", "-c", "main", "-f") == "begun\ndone\n"


def test_following_shows_lines_as_they_come(pods: Pods) -> None:
    pods.apply(pod("one", "sh", "-c", "echo first; sleep 60"))
    pods.running("one")
    with subprocess.Popen([*pods.command, "logs", "-f", "one"], stdout=subprocess.PIPE, text=True) as reader:
        giving_up = threading.Timer(30, reader.kill)
        giving_up.start()
        assert reader.stdout is not None
        assert reader.stdout.readline() == "first\n"
        giving_up.cancel()
        reader.kill()


def test_a_very_long_line_comes_back_whole(pods: Pods) -> None:
    pods.apply(pod("one", "python", "-c", "print('x' * 100_000)"))
    pods.finished("one")
    assert pods.logs("one") == "x" * 100_000 + "\n"


def test_a_container_without_logs_says_why(pods: Pods) -> None:
    pods.apply(pod("one", containers=[{"name": "main", "image": "example/unknown", "command": ["true"]}]))
    wait_until(lambda: "is waiting to start" in pods.run("logs", "one").stderr)
    assert "previous terminated container" in pods.run("logs", "one", "--previous").stderr


def test_the_endpoint_wants_a_client_certificate(nodes: NodeAgent) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        urllib.request.urlopen(f"https://127.0.0.1:{nodes.ready['port']}/healthz", context=trusting, timeout=10)

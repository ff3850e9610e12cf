"""Pods find each other by their services' names, and never get into each other's way."""

from __future__ import annotations

import pytest

from tests.cluster.node.pods import Pods, headless, pod
from tests.cluster.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nodes")

SERVE = """
import os, socket
with socket.create_server(("0.0.0.0", 9091)) as server:
    print("listening", flush=True)
    while True:
        with server.accept()[0] as client:
            client.sendall(os.environ["HOSTNAME"].encode())
"""
ASK = """
import socket, sys
for name in sys.argv[1:]:
    with socket.create_connection((name, 9091)) as server:
        print(server.recv(100).decode())
"""
RESOLVE = """
import socket, time
def address():
    try:
        return socket.gethostbyname("late")
    except OSError:
        return ""
before = address()
print("ready", repr(before), flush=True)
while not address():
    time.sleep(0.05)
print("found", flush=True)
while address():
    time.sleep(0.05)
print("lost", flush=True)
"""


def test_pods_listen_on_the_same_port_and_are_reached_by_name(pods: Pods) -> None:
    pods.apply(headless("red"), headless("blue"), pod("red", "python", "-c", SERVE), pod("blue", "python", "-c", SERVE))
    wait_until(lambda: {pods.run("logs", name).stdout for name in ("red", "blue")} == {"listening\n"})
    names = ("red", f"blue.{pods.namespace}", f"red.{pods.namespace}.svc", f"blue.{pods.namespace}.svc.cluster.local")
    pods.apply(pod("asker", "python", "-c", ASK, *names))
    assert pods.finished("asker")["status"]["phase"] == "Succeeded", pods.logs("asker")
    assert pods.logs("asker") == "red\nblue\nred\nblue\n"


def test_names_come_and_go_while_a_pod_runs(pods: Pods) -> None:
    pods.apply(pod("watcher", "python", "-c", RESOLVE))
    wait_until(lambda: pods.run("logs", "watcher").stdout == "ready ''\n")
    pods.apply(headless("late", publishNotReadyAddresses=True), pod("late", "sleep", "60"))
    wait_until(lambda: pods.run("logs", "watcher").stdout.endswith("found\n"))
    pods.run("delete", "service", "late")
    assert pods.finished("watcher")["status"]["phase"] == "Succeeded"


def test_only_ready_pods_have_names_unless_the_service_says_otherwise(pods: Pods) -> None:
    held = {"initContainers": [{"name": "init", "image": "example/python", "command": ["sleep", "60"]}]}
    pods.apply(
        headless("strict", selector={"app": "held"}),
        headless("early", selector={"app": "held"}, publishNotReadyAddresses=True),
        pod("held", "true", **held),
    )
    address = pods.wait("held", lambda seen: "podIP" in seen["status"])["status"]["podIP"]
    pods.apply(pod("reader", "cat", "/etc/hosts"))
    pods.finished("reader")
    hosts = pods.logs("reader")
    assert f"{address}\tearly early.{pods.namespace} " in hosts
    assert "strict" not in hosts


def test_a_pod_has_a_host_name_and_an_interface_of_its_own(pods: Pods) -> None:
    script = "import socket; print(socket.gethostname(), [name for _, name in socket.if_nameindex()])"
    pods.apply(pod("one", "python", "-c", f"{script}; print(socket.gethostbyname('one'))"))
    address = pods.finished("one")["status"]["podIP"]
    assert pods.logs("one") == f"one ['lo', 'eth0']\n{address}\n"

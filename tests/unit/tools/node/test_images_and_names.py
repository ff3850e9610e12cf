"""Which environment an image stands for, and which names a pod can resolve."""

from __future__ import annotations

from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from fork_tools.cluster.node.addresses import Addresses
from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.hosts import Neighbour, hostname, hosts_file, service_lines
from fork_tools.cluster.node.pod.images import Images
from fork_tools.cluster.node.pod.manifest import Service
from tests.unit.tools.node.manifests import pod, service

IMAGES = Images(
    {
        "example/mxnet": Path("/envs/any"),
        "example/mxnet:1.9.1": Path("/envs/one"),
        "localhost:5000/mxnet": Path("/envs/port"),
    }
)


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("example/mxnet", "/envs/any"),
        pytest.param("example/mxnet:1.9.1", "/envs/one", id="the exact reference wins"),
        pytest.param("example/mxnet:2.0", "/envs/any", id="any other tag"),
        pytest.param("example/mxnet:2.0@sha256:abc", "/envs/any", id="tag and digest"),
        pytest.param("localhost:5000/mxnet", "/envs/port", id="a port is no tag"),
        pytest.param("localhost:5000/mxnet:1", "/envs/port", id="a port and a tag"),
    ],
)
def test_an_image_stands_for_an_environment(reference: str, path: str) -> None:
    found = IMAGES.find(reference)
    assert found.path == Path(path)
    assert found.variables("/root")["PATH"].startswith(f"{path}/bin:")


def test_an_unknown_image_names_the_flag_to_add() -> None:
    with pytest.raises(PodError, match=r"--image example/other=PATH") as caught:
        IMAGES.find("example/other:3")
    assert caught.value.reason == "ErrImagePull"


ONE = pod(metadata={"name": "one", "labels": {"app": "a"}})
TWO = pod(metadata={"name": "two", "labels": {"app": "a", "role": "b"}})
FAR = pod(metadata={"name": "far", "namespace": "elsewhere", "labels": {"app": "a"}})
NEIGHBOURS = (
    Neighbour(TWO, "10.0.0.2", ready=False),
    Neighbour(ONE, "10.0.0.1", ready=True),
    Neighbour(FAR, "10.0.0.9", ready=True),
)


@pytest.mark.parametrize(
    ("found", "addresses"),
    [
        pytest.param(service("s", {"app": "a"}), ["10.0.0.1"], id="ready pods only"),
        pytest.param(
            service("s", {"app": "a"}, publishNotReadyAddresses=True), ["10.0.0.1", "10.0.0.2"], id="all, if it says so"
        ),
        pytest.param(service("s", {"app": "a", "role": "b"}, publishNotReadyAddresses=True), ["10.0.0.2"], id="labels"),
        pytest.param(service("s", {}), [], id="no selector, no pods"),
        pytest.param(service("s", {"app": "a"}, clusterIP="10.1.1.1"), [], id="not headless"),
        pytest.param(service("s", {"app": "a"}, namespace="elsewhere"), [], id="of another namespace"),
    ],
)
def test_a_service_stands_for_its_pods(found: Service, addresses: list[str]) -> None:
    lines = service_lines("space", [found], NEIGHBOURS)
    assert [line.split("\t") for line in lines] == [
        [address, "s s.space s.space.svc s.space.svc.cluster.local"] for address in addresses
    ]


def test_a_hosts_file() -> None:
    one = pod(metadata={"name": "one"}, hostAliases=[{"ip": "10.9.9.9", "hostnames": ["a", "b"]}])
    assert hosts_file(one, "10.0.0.1", ["10.0.0.2\ttwo"]).splitlines()[2:] == [
        "10.0.0.1\tone",
        "10.0.0.2\ttwo",
        "10.9.9.9\ta b",
    ]


def test_a_pod_with_a_subdomain_has_a_name_of_its_own() -> None:
    one = pod(metadata={"name": "one", "labels": {"app": "a"}}, hostname="h", subdomain="s")
    (line,) = service_lines("space", [service("s", {"app": "a"})], [Neighbour(one, "10.0.0.1", ready=True)])
    assert " h.s.space.svc.cluster.local" in line


def test_a_long_name_is_cut() -> None:
    assert hostname(pod(metadata={"name": "a" * 62 + "-bc"})) == "a" * 62


def test_addresses_are_not_soon_used_again() -> None:
    addresses = Addresses(IPv4Interface("10.0.0.1/29"))
    first = addresses.take()
    addresses.give_back(first)
    taken = [str(addresses.take()) for _ in range(5)]
    assert (str(first), taken) == ("10.0.0.2/29", [f"10.0.0.{n}/29" for n in (3, 4, 5, 6, 2)])
    with pytest.raises(LookupError):
        addresses.take()

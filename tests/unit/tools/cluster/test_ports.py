from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from fork_tools.cluster.ports import LOOPBACK, free_port, holder, is_free, require_free
from fork_tools.errors import MxforkError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_an_error_that_names_its_holder(taken: int) -> None:
    assert not is_free(taken)
    with pytest.raises(MxforkError, match=f"port {taken} on 127.0.0.1 is taken") as raised:
        require_free(taken)
    assert f"process {os.getpid()} (" in dict(raised.value.facts)["by"]
    assert "--port" in raised.value.next_step


def test_a_port_taken_on_every_address_is_taken_on_loopback() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_port_is_free_again_once_its_server_is_gone() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection((LOOPBACK, port))
        connection, _ = server.accept()
    connection.close()
    client.close()
    assert is_free(port)


def test_a_chosen_port_is_free_and_no_outgoing_connection_takes_it() -> None:
    port = free_port()
    assert is_free(port)
    assert port < 32768


def test_nobody_holds_a_free_port() -> None:
    assert holder(free_port()) is None


def test_an_impossible_port_is_an_error() -> None:
    with pytest.raises(MxforkError, match="port 70000 may not be used"):
        require_free(70000)

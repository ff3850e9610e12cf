"""Addresses as users of Go programs write them."""

from __future__ import annotations

import pytest

from controller.runtime.http import Address, parse_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(":8080", Address("", 8080), id="every interface"),
        pytest.param("127.0.0.1:0", Address("127.0.0.1", 0), id="a free port"),
        pytest.param("localhost:80", Address("localhost", 80), id="a name"),
        pytest.param("[::1]:8081", Address("::1", 8081), id="IPv6"),
        pytest.param("0", None, id="off"),
    ],
)
def test_address(text: str, expected: Address | None) -> None:
    assert parse_address(text) == expected
    if expected is not None:
        assert str(expected) == text


@pytest.mark.parametrize("text", ["", "8080", "host", "host:", ":http", ":70000", ":-1"])
def test_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_address(text)

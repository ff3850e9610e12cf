from __future__ import annotations

import json

import pytest
from hypothesis import given

from controller.runtime.nesting import DEEPEST, cut, is_shallow
from tests.unit.controller.json_values import ANY_JSON


def nested(depth: int, inner: str = "1") -> str:
    return '{"a":[' * (depth // 2) + inner + "]}" * (depth // 2)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("1", "1", id="a number"),
        pytest.param(nested(DEEPEST), nested(DEEPEST), id="as deep as may be"),
        pytest.param(nested(DEEPEST + 2), nested(DEEPEST, "null"), id="deeper"),
        pytest.param(nested(10_000), nested(DEEPEST, "null"), id="as deep as the API server takes"),
        pytest.param(nested(DEEPEST, "[1],2,[[]],{}"), nested(DEEPEST, "null,2,null,null"), id="beside each other"),
        pytest.param(
            nested(DEEPEST, r'[["]}\"\\"]],"[{"'), nested(DEEPEST, r'null,"[{"'), id="brackets in texts mean nothing"
        ),
    ],
)
def test_cut(raw: str, expected: str) -> None:
    assert cut(raw.encode()).decode() == expected


@given(ANY_JSON)
def test_what_is_shallow_stays(value: object) -> None:
    raw = json.dumps(value).encode()
    assert is_shallow(raw)
    assert cut(raw) == raw


def test_what_is_deep_is_noticed() -> None:
    assert not is_shallow(nested(DEEPEST + 2).encode())

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api.quantity import parse_quantity, total


@pytest.mark.parametrize(
    ("summands", "expected"),
    [
        pytest.param(["1", "2", "3", "3"], "9", id="129: whole cores"),
        pytest.param(["500m", "500m"], "1", id="thousandths that make a whole"),
        pytest.param(["100m", "1"], "1100m", id="thousandths"),
        pytest.param(["1Gi", "512Mi"], "1536Mi", id="binary"),
        pytest.param(["1Gi", "1G"], "2073741824", id="binary stays binary, however uneven"),
        pytest.param(["1G", "1Gi"], "2073741824", id="decimal as the first summand"),
        pytest.param(["512", "512Ki"], "524800", id="decimal first"),
        pytest.param(["0", "1Ki", "1Ki"], "2Ki", id="zero has no form"),
        pytest.param([1, "1"], "2", id="numbers as in YAML"),
        pytest.param(["1.5", ".5", "+2."], "4", id="fractions"),
        pytest.param(["1e3", "1E3"], "2e3", id="exponents"),
        pytest.param(["12e2"], "1200", id="exponents in threes"),
        pytest.param(["1n"] * 3, "3n", id="the smallest"),
        pytest.param(["0.1n"], "1n", id="rounded up below the smallest"),
        pytest.param(["0"], "0", id="nothing"),
        pytest.param(["-1", "1500m"], "500m", id="less than nothing"),
        pytest.param(["512Mi", "512Mi"], "1Gi", id="the largest suffix that fits"),
    ],
)
def test_total(summands: list[Any], expected: str) -> None:
    assert total((1, {"cpu": raw}) for raw in summands) == {"cpu": expected}


def test_135_names_add_up_apart_and_as_often_as_said() -> None:
    assert total([(2, {"cpu": "1", "memory": "1Gi"}), (3, {"cpu": "500m"}), (0, {"gpu": "1"})]) == {
        "cpu": "3500m",
        "gpu": "0",
        "memory": "2Gi",
    }


@pytest.mark.parametrize("raw", ["", "1x", "Gi", "1 Gi", "1e", "1e1000", "1Ki1", "٣", None, True, 1.5, [], "9" * 50])
def test_what_is_no_quantity_counts_as_nothing(raw: Any) -> None:
    assert parse_quantity(raw) is None
    assert total([(1, {"cpu": raw}), (1, {"cpu": "1"})]) == {"cpu": "1"}


@given(st.integers(-(10**6), 10**6), st.sampled_from(["n", "u", "m", "", "k", "M", "Ki", "Mi", "e3", "E-3"]))
def test_written_form_reads_as_the_same_amount(number: int, suffix: str) -> None:
    quantity = parse_quantity(f"{number}{suffix}")
    assert quantity is not None
    again = parse_quantity(str(quantity))
    assert again is not None
    assert again.amount == quantity.amount

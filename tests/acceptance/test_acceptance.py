"""Every acceptance case has a test that carries its number, and docs/acceptance.md says which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.acceptance.cases import Case, load_cases, load_sections
from tests.acceptance.collection import collect
from tests.acceptance.numbering import group_by_case, numbers_of
from tests.acceptance.page import PAGE, render

CASES = load_cases()
Covering = Mapping[int, tuple[str, ...]]


@pytest.fixture(scope="module")
def covering() -> Covering:
    """Sort the tests of this repository by the case they cover."""
    return group_by_case(collect())


@pytest.mark.parametrize(
    ("node_id", "numbers"),
    [
        ("tests/test_x.py::test_70_it_succeeds", (70,)),
        ("tests/test_x.py::TestY::test_70_84_it_succeeds[row]", (70, 84)),
        ("tests/test_x.py::test_it_succeeds[70, 84: row]", (70, 84)),
        ("tests/test_x.py::test_70_it_succeeds[84: row]", (70, 84)),
        ("tests/test_x.py::test_it_succeeds_70[row 70: row]", ()),
        ("tests/70/test_70.py::test_it_succeeds[70]", ()),
    ],
)
def test_numbers_begin_a_name_or_the_id_of_a_row(node_id: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of(node_id) == numbers


def test_there_are_162_cases() -> None:
    assert [case.number for case in CASES] == list(range(1, 163))


def told(cases: Iterable[Case]) -> list[str]:
    return [f"{case.number}: {case.case}" for case in cases]


def test_every_case_has_a_test(covering: Covering) -> None:
    assert told(case for case in CASES if case.number not in covering and not case.pending) == []


def test_a_case_that_has_a_test_is_not_pending_any_more(covering: Covering) -> None:
    assert told(case for case in CASES if case.number in covering and case.pending) == []


def test_cases_for_a_real_api_server_have_a_test_on_one(covering: Covering) -> None:
    real = (case for case in CASES if case.real and not case.pending)
    assert told(case for case in real if not any(map(runs_real_parts, covering.get(case.number, ())))) == []


def runs_real_parts(node_id: str) -> bool:
    return node_id.startswith(("tests/cluster/", "tests/e2e/", "tests/faults/"))


def test_no_test_names_a_case_that_is_not_there(covering: Covering) -> None:
    unknown = covering.keys() - {case.number for case in CASES}
    assert not unknown, [covering[number] for number in unknown]


def test_the_page_is_up_to_date(covering: Covering) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(load_sections(), covering), "next: make acceptance"

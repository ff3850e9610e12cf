from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.api.timestamps import parse, render

EIGHT = datetime(2024, 9, 10, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2024-09-10T08:00:00Z", EIGHT, id="as Kubernetes writes it"),
        pytest.param("2024-09-10T10:00:00+02:00", EIGHT, id="another offset is the same moment"),
        pytest.param("2024-09-10T08:00:00.123456Z", EIGHT, id="fractions are cut"),
        pytest.param("2024-09-10T08:00:00", None, id="without an offset it is no moment"),
        pytest.param("0001-01-01T00:00:00+10:00", None, id="before the first representable moment"),
        pytest.param("soon", None, id="no time at all"),
        pytest.param("", None, id="empty"),
    ],
)
def test_parse(text: str, expected: datetime | None) -> None:
    assert parse(text) == expected


def test_rendered_in_utc_with_second_precision() -> None:
    moment = datetime(2024, 9, 10, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert render(moment) == "2024-09-10T08:00:00Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_rendered_reads_back(moment: datetime) -> None:
    assert parse(render(moment)) == moment.replace(microsecond=0)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    parse(text)

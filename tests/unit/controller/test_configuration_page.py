"""docs/configuration.md says what the controller's flags and metrics are."""

from __future__ import annotations

from tests.configuration.page import PAGE, render


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "next: make configuration"

"""`python -m tests.configuration` writes docs/configuration.md again."""

from __future__ import annotations

from tests.configuration.page import PAGE, render

PAGE.write_text(render(), encoding="utf-8")

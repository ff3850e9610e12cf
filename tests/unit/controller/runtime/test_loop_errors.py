"""Errors that the event loop tells by itself."""

from __future__ import annotations

import asyncio

import pytest

from controller.runtime import loop_errors


def told(context: dict[str, object], caplog: pytest.LogCaptureFixture) -> str:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(loop_errors.tell)
        loop.call_exception_handler(context)

    with caplog.at_level("INFO"):
        asyncio.run(run())
    return caplog.text


def failure() -> Exception:
    try:
        raise ValueError("broken")
    except ValueError as error:
        return error


def test_a_connection_that_breaks_is_told_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    text = told({"message": "SSL error", "exception": failure(), "transport": object()}, caplog)
    assert "SSL error: ValueError('broken')" in text
    assert "Traceback" not in text


def test_any_other_error_is_told_in_full(caplog: pytest.LogCaptureFixture) -> None:
    assert "Traceback" in told({"message": "nobody asked", "exception": failure()}, caplog)

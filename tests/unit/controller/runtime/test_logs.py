"""Log lines: readable by people or by machines."""

from __future__ import annotations

import json
import logging

from controller.runtime.logs import JsonFormatter, TextFormatter


def record(**extra: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {
            "name": "controller.runtime.reconciler",
            "levelno": logging.INFO,
            "levelname": "INFO",
            "msg": "%s: %s",
            "args": ("ns/job", "Running"),
            "created": 1725955200.5,
            **extra,
        }
    )


def test_json_has_what_was_given_as_fields() -> None:
    assert json.loads(JsonFormatter().format(record(job="ns/job", odd=object))) == {
        "time": "2024-09-10T08:00:00.500+00:00",
        "level": "info",
        "logger": "reconciler",
        "message": "ns/job: Running",
        "job": "ns/job",
        "odd": "<class 'object'>",
    }


def test_json_keeps_a_trace_in_one_line() -> None:
    try:
        raise ValueError("a defect")
    except ValueError as error:
        line = JsonFormatter().format(record(exc_info=(type(error), error, error.__traceback__)))
    assert "\n" not in line
    assert "ValueError: a defect" in json.loads(line)["trace"]


def test_text_names_the_part_that_speaks() -> None:
    assert TextFormatter().format(record()).endswith("INFO    reconciler: ns/job: Running")

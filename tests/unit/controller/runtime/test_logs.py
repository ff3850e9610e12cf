"""Log lines: readable by people or by machines."""

from __future__ import annotations

import json
import logging

import pytest

from controller.runtime.log_context import identify, in_pass
from controller.runtime.logs import JsonFormatter, TextFormatter, without_secrets
from controller.runtime.resources import ObjectKey


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
        "controller": "mxjob-controller",
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


def test_a_line_of_a_pass_says_which_one() -> None:
    with in_pass(ObjectKey("ns", "job")):
        identify("some-uid")
        lines = [json.loads(JsonFormatter().format(each)) for each in (record(), record(action="update status"))]
        text = TextFormatter().format(record())
    (reconcile_id,) = {line.pop("reconcileID") for line in lines}
    about = {"controller": "mxjob-controller", "namespace": "ns", "name": "job", "uid": "some-uid"}
    assert [line.items() >= about.items() for line in lines] == [True, True]
    assert [line["action"] for line in lines] == ["reconcile", "update status"]
    assert text.endswith(f"ns/job: Running action='reconcile' uid='some-uid' reconcileID='{reconcile_id}'")


def test_each_pass_has_an_id_of_its_own() -> None:
    ids = []
    for _ in range(2):
        with in_pass(ObjectKey("ns", "job")):
            ids.append(json.loads(JsonFormatter().format(record()))["reconcileID"])
    assert len(set(ids)) == 2
    assert "reconcileID" not in json.loads(JsonFormatter().format(record())), "not in a pass any more"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer [secret]"),
        ("{'Authorization': 'Basic bWU6c2VjcmV0'}", "{'Authorization': 'Basic [secret]'}"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJl.c2ln is odd", "token [secret] is odd"),
        ("the bearer of a basic truth", "the bearer of a basic truth"),
    ],
)
def test_what_looks_like_a_token_is_not_logged(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
    assert JsonFormatter().format(record(msg=text, args=None)).count("[secret]") == expected.count("[secret]")

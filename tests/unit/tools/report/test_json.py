from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from fork_tools import schemas
from fork_tools.commands.schema import schema
from fork_tools.report.render import Form, render
from fork_tools.report.report import Report
from tests.unit.tools.report.samples import AWAY, REPORT, WELL

PUBLISHED = Path(__file__).parents[4] / "docs" / "schemas"


def strict(part: Any) -> Any:
    """Forbid what the schema does not name, as a reader's generated code would."""
    if isinstance(part, dict):
        closed = {"additionalProperties": False} if part.get("additionalProperties") is True else {}
        return {key: strict(value) for key, value in part.items()} | closed
    return [strict(item) for item in part] if isinstance(part, list) else part


@pytest.mark.parametrize("report", [REPORT, WELL, AWAY], ids=lambda report: report.verdict)
def test_a_report_fits_its_published_schema_member_by_member(report: Report) -> None:
    published = json.loads((PUBLISHED / "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.Draft202012Validator(strict(published)).validate(json.loads(render(report, Form.JSON)))


def test_what_it_tells() -> None:
    document = json.loads(render(REPORT, Form.JSON))
    assert document["counts"] == {"error": 1, "warning": 0, "note": 12, "waived": 1}
    assert (document["complete"], json.loads(render(AWAY, Form.JSON))["complete"]) == (True, False)
    finding = document["suites"][0]["cases"][0]["findings"][0]
    assert finding["location"] == {"path": "crds/kube flow.yaml", "line": 12, "column": 3}
    assert finding["details"]["witness"] == {"kind": "MXJob"}
    waived = document["suites"][1]["cases"][0]["findings"][0]
    assert waived["waiver"] == {"reason": "needed for clean-up", "owner": "platform", "until": "2030-01-01"}


@pytest.mark.parametrize("name", schemas.names())
def test_the_command_prints_what_the_documents_hold(name: str) -> None:
    result = CliRunner().invoke(schema, [name])
    assert result.exit_code == 0
    assert result.output == (PUBLISHED / f"{name}.json").read_text(encoding="utf-8")

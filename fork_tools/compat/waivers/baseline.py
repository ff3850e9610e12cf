"""The ratchet: an earlier JSON report, whose findings are known and fail nothing."""

from __future__ import annotations

import json
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.report.finding import Level


def read_baseline(path: Path) -> frozenset[tuple[str, Level]]:
    """Read fingerprint and level of each finding that counted in the report at `path`.

    Raises MxforkError (wrong use) when the file is no report.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        cases = [case for suite in document["suites"] for case in suite["cases"]]
        findings = [finding for case in cases for finding in case["findings"] if finding["waiver"] is None]
        return frozenset((finding["fingerprint"], Level[finding["level"].upper()]) for finding in findings)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MxforkError(
            f"{path} is no report of mxfork",
            next_step="make one with --output json --output-file FILE.json",
            exit_code=ExitCode.WRONG_USE,
        ) from None

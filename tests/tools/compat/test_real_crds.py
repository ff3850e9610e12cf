"""Real pairs of CRDs; they run where MXFORK_UPSTREAM names a clone of upstream."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fork_tools.cluster.crds import MXJOB_CRD
from fork_tools.commands.compat import compat
from fork_tools.upstream.configuration import find_fork

_UPSTREAM = os.environ.get("MXFORK_UPSTREAM")
_ROOT = find_fork(Path(__file__))

if _UPSTREAM:

    def report(*arguments: str) -> dict[str, Any]:
        result = CliRunner().invoke(compat, ["crd", *arguments, "--output", "json"])
        assert result.exit_code in (0, 1), result.output
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def findings(document: dict[str, Any]) -> list[dict[str, Any]]:
        return [finding for suite in document["suites"] for case in suite["cases"] for finding in case["findings"]]

    def pair(old: str, new: str, name: str) -> list[dict[str, Any]]:
        return findings(report(f"upstream:{old}", f"upstream:{new}", "--name", name))

    @pytest.mark.parametrize(
        ("name", "old", "new", "errors", "told"),
        [
            pytest.param("mxjobs", "v1.3.0", "v1.4.0", 0, 1, id="mxjobs 1.3 to 1.4"),
            pytest.param("mxjobs", "v1.4.0", "v1.5.0", 3, 18, id="mxjobs 1.4 to 1.5"),
            pytest.param("mxjobs", "v1.5.0", "v1.6.0", 38, 44, id="mxjobs 1.5 to 1.6"),
            pytest.param("mxjobs", "v1.6.0", "v1.7.0", 1, 8, id="mxjobs 1.6 to 1.7"),
            pytest.param("mxjobs", "v1.7.0", "v1.8.0", 2, 15, id="mxjobs 1.7 to 1.8: crdify finds 674"),
            pytest.param("mxjobs", "v1.8.0", "v1.8.1", 0, 0, id="mxjobs 1.8.0 to 1.8.1"),
            pytest.param("tfjobs", "v1.8.1", "v1.9.0", 9, 45, id="tfjobs 1.8.1 to 1.9.0"),
            pytest.param("tfjobs", "v1.9.0", "v1.9.4", 0, 8, id="tfjobs 1.9.0 to 1.9.4"),
            pytest.param("pytorchjobs", "v1.8.1", "v1.9.0", 9, 45, id="pytorchjobs 1.8.1 to 1.9.0"),
            pytest.param("pytorchjobs", "v1.9.0", "v1.9.4", 0, 8, id="pytorchjobs 1.9.0 to 1.9.4"),
        ],
    )
    def test_a_pair_of_releases_fits_a_page(name: str, old: str, new: str, errors: int, told: int) -> None:
        found = pair(old, new, name)
        breaking = [finding for finding in found if finding["level"] == "error"]
        assert (len(breaking), len(found)) == (errors, told)
        unproven = [
            finding["rule"]
            for finding in breaking
            if "witness" not in finding["details"] and finding["details"]["effect"] != "merges"
        ]
        assert unproven == []

    def test_every_difference_of_our_crd_from_v1_8_1_is_intended() -> None:
        document = report("upstream:v1.8.1", str(MXJOB_CRD), "--waivers", str(_ROOT / "patches" / "waivers.toml"))
        waived = [finding for finding in findings(document) if finding["waiver"]]
        assert (document["verdict"], len(waived)) == ("compatible with notes", 48)

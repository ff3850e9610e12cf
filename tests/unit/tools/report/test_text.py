from __future__ import annotations

from dataclasses import replace

from fork_tools.report.render.text import render_text
from fork_tools.report.report import Case, Outcome, Suite
from tests.unit.tools.report.samples import AWAY, REMOVED, REPORT, WELL


def test_the_whole_page() -> None:
    assert render_text(REPORT).splitlines() == [
        "MXJob v1.8.1 → ours",
        "  old  upstream:v1.8.1",
        "  new  .",
        "",
        "crd",
        "  failed   mxjobs.kubeflow.org  1 error",
        "    error  crd/field-removed  the field is gone: 3 | 4 <jobs> use it, says @somebody",
        "      spec.mxReplicaSpecs.*.restartPolicy  crds/kube flow.yaml:12",
        "      next  restore the field",
        "    note  crd/description-changed  the description changed",
        "      spec.field0",
        "      spec.field1",
        "      spec.field2",
        "      and 9 more (--output json lists them)",
        "  skipped  tfjobs.kubeflow.org  not asked for",
        "",
        "rbac",
        "  passed   permissions  a verb more",
        "    1 waived",
        "    with \x1b[31mcontrol\x00",
        "",
        "breaking: 1 error, 12 notes, 1 waived",
        "  reproduce  mxfork compat all upstream:v1.8.1 .",
    ]


def test_every_error_is_told_however_many_there_are() -> None:
    errors = tuple(replace(REMOVED, subject=f"spec.field{number}") for number in range(40))
    report = replace(WELL, suites=(Suite("crd", (Case("mxjobs", Outcome.FAILED, findings=errors),)),))
    lines = render_text(report)
    assert all(f"spec.field{number}  " in lines for number in range(40))
    assert lines.count("next  restore the field") == 1


def test_nothing_found_is_said() -> None:
    assert render_text(WELL).endswith("compatible: no findings\n")


def test_colour_is_asked_for() -> None:
    assert "\x1b[31merror\x1b[0m" in render_text(AWAY, colour=True)
    assert "\x1b[" not in render_text(AWAY)

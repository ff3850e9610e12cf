from __future__ import annotations

import re
from dataclasses import replace

from fork_tools.report.render import Form, render
from fork_tools.report.report import Case, Outcome, Suite
from tests.unit.tools.report.samples import REMOVED, REPORT, WELL


def test_it_asks_nothing_of_the_network() -> None:
    page = render(REPORT, Form.HTML)
    assert not re.search(r"""(src|href|url\()\s*=?["']?(https?:)?//""", page)
    assert "default-src 'none'" in page


def test_what_is_told_is_never_taken_for_markup() -> None:
    nasty = replace(REMOVED, message="</script><script>alert(1)</script>", details={"x": "</pre><img src=x>"})
    report = replace(WELL, suites=(Suite("crd", (Case("<b>", Outcome.FAILED, findings=(nasty,)),)),))
    page = render(report, Form.HTML)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page

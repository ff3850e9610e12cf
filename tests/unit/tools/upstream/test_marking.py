"""Marking a commit leaves the rest of the ledger as its authors wrote it."""

from __future__ import annotations

from pathlib import Path

from fork_tools.upstream.ledger import FILE, Entry, Status, mark

OURS = Path(__file__).parents[4] / "patches" / FILE


def test_a_mark_changes_no_line_of_the_others(tmp_path: Path) -> None:
    before = OURS.read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(before, encoding="utf-8")
    mark(tmp_path, Entry("0" * 40, Status.NOT_APPLICABLE, "A reason. " * 20))
    after = (tmp_path / FILE).read_text(encoding="utf-8")
    assert after.startswith(before)

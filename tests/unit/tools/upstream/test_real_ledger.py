"""The repository's own fork: what patches/ says has to be true."""

from __future__ import annotations

from pathlib import Path

from fork_tools.upstream.configuration import find_fork, read_configuration
from fork_tools.upstream.ledger import Status, read_ledger
from fork_tools.upstream.proof import missing_test

_ROOT = find_fork(Path(__file__))


def test_every_port_is_shown_by_a_test_that_exists() -> None:
    entries = read_ledger(read_configuration(_ROOT).patches).entries
    assert [entry.commit for entry in entries if entry.status is Status.PORTED and not entry.tests] == []
    assert [missing_test(_ROOT, test) for entry in entries for test in entry.tests if missing_test(_ROOT, test)] == []

"""The changelog of a release of the fork, after Keep a Changelog 1.1, with what upstream brought."""

from __future__ import annotations

from collections.abc import Iterator

from fork_tools.queue.apply import Run
from fork_tools.release.naming import Names
from fork_tools.upstream.changes import Change, Changes
from fork_tools.upstream.ledger import Entry, Ledger, Status
from fork_tools.upstream.urls import pull_request_page

_HEADINGS = (
    (Status.PORTED, "Ported to the controller"),
    (Status.NOT_APPLICABLE, "Without consequence here"),
    (Status.PENDING, "Still to come"),
)


def changelog(names: Names, run: Run, changes: Changes | None, ledger: Ledger, url: str) -> str:
    """Write the changelog: the queue's steps, and upstream's watched commits since the release before."""
    return "\n".join(_lines(names, run, changes, ledger, url)) + "\n"


def _lines(names: Names, run: Run, changes: Changes | None, ledger: Ledger, url: str) -> Iterator[str]:
    yield f"# {names.git}"
    yield ""
    yield f"Upstream {run.target.name} of {run.target.date:%Y-%m-%d} with {len(run.steps)} steps on top."
    yield ""
    yield "## Fork"
    yield ""
    for tried in run.steps:
        reason = f": {' '.join(tried.step.reason.split())}" if tried.step.reason else ""
        yield f"- `{tried.step.name}` {tried.step.subject}{reason} ({tried.result.label})"
    if changes is None:
        return
    yield ""
    yield "## Upstream"
    yield ""
    yield f"{len(changes.commits)} of {changes.total} commits since {changes.old} touch what MXJob shared."
    for status, heading in _HEADINGS:
        chosen = [(change, entry) for change in changes.commits if (entry := _of(ledger, change, status))]
        if chosen:
            yield from ("", f"### {heading}", "")
            yield from (f"- {_link(change, url)}: {entry.reason}" for change, entry in chosen)


def _of(ledger: Ledger, change: Change, status: Status) -> Entry | None:
    entry = ledger.find(change.commit.id)
    return entry if entry and entry.status is status else None


def _link(change: Change, url: str) -> str:
    number = change.commit.pull_request
    page = pull_request_page(url, number) if number else None
    return f"[{change.commit.subject}]({page})" if page else change.commit.subject

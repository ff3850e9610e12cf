"""Tables for a terminal, and JSON documents for scripts, of releases, changes and the port ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from fork_tools.upstream.changes import Changes
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.lanes import Rejected, Release, in_lane, newest
from fork_tools.upstream.ledger import Entry, Ledger
from fork_tools.upstream.survey import LaneEnd
from fork_tools.upstream.urls import commit_page, pull_request_page

SCHEMA_VERSION = "1.0"


def releases_table(
    configuration: Configuration,
    found: Sequence[Release | Rejected],
    ends: Mapping[str, LaneEnd | None],
    carried: Iterable[str],
    *,
    rejected: bool,
) -> Iterator[str]:
    """Lay out the lanes with their releases, the newest version last, and the rejected tags if asked."""
    locked = set(carried)
    for lane in configuration.lanes:
        mine, end = in_lane(found, lane.name), ends[lane.name]
        latest = newest(mine)
        yield f"lane {lane.name}  {lane.range}  {lane.mode}" + (f", newest {latest.name}" if latest else ", no release")
        for release in mine:
            if end and release == end.release:
                yield f"  ended here: {release.name} has no {end.path}" + _by(end)
            words = [word for word, holds in (("carried", release.name in locked), *_words(release)) if holds]
            yield f"  {release.name:<14} {release.tag.date:%Y-%m-%d}  {release.commit[:9]}  {', '.join(words)}".rstrip()
        yield ""
    left_out = [entry for entry in found if isinstance(entry, Rejected)]
    if not rejected:
        yield f"{len(left_out)} tags belong to no lane; --rejected tells why"
        return
    yield f"rejected  {len(left_out)} tags"
    yield from (f"  {entry.tag.name:<14} {entry.tag.date:%Y-%m-%d}  {entry.reason}" for entry in left_out)


def releases_document(
    configuration: Configuration,
    found: Sequence[Release | Rejected],
    ends: Mapping[str, LaneEnd | None],
    carried: Iterable[str],
) -> dict[str, object]:
    """Give releases and rejected tags as JSON values; the schema is docs/schemas/releases.json."""
    locked = set(carried)
    lanes = [
        {
            "name": lane.name,
            "range": lane.range.text,
            "mode": lane.mode.value,
            "ended": _end(ends[lane.name]),
            "releases": [
                {
                    "tag": release.name,
                    "version": str(release.version),
                    "prerelease": release.version.is_prerelease,
                    "commit": release.commit,
                    "tag_object": release.tag.object_id,
                    "date": release.tag.date.isoformat(),
                    "applies": release.applies,
                    "carried": release.name in locked,
                }
                for release in in_lane(found, lane.name)
            ],
        }
        for lane in configuration.lanes
    ]
    rejected = [{"tag": entry.tag.name, "reason": entry.reason} for entry in found if isinstance(entry, Rejected)]
    return {"schema_version": SCHEMA_VERSION, "upstream": configuration.url, "lanes": lanes, "rejected": rejected}


def changes_table(changes: Changes, ledger: Ledger) -> Iterator[str]:
    """Lay out commits with what the ledger says of them."""
    yield f"{changes.old}..{changes.new}: {len(changes.commits)} of {changes.total} commits"
    for change in changes.commits:
        entry = ledger.find(change.commit.id)
        commit = change.commit
        yield ""
        yield f"{commit.short}  {commit.date:%Y-%m-%d}  {entry.status if entry else 'unclassified'}  {commit.subject}"
        yield from _reasons(entry)
        yield from (f"  {path}" for path in change.paths)


def changes_document(changes: Changes, ledger: Ledger, url: str) -> dict[str, object]:
    """Give the changes as JSON values; the schema is docs/schemas/changes.json."""
    commits = []
    for change in changes.commits:
        commit, entry = change.commit, ledger.find(change.commit.id)
        number = commit.pull_request
        commits.append(
            {
                "commit": commit.id,
                "subject": commit.subject,
                "author": commit.author,
                "date": commit.date.isoformat(),
                "pull_request": number,
                "page": commit_page(url, commit.id),
                "pull_request_page": pull_request_page(url, number) if number else None,
                "paths": list(change.paths),
                "ledger": entry_document(entry) if entry else None,
            }
        )
    return {
        "schema_version": SCHEMA_VERSION,
        "old": changes.old,
        "new": changes.new,
        "total": changes.total,
        "commits": commits,
    }


def ledger_table(entries: Iterable[Entry]) -> Iterator[str]:
    """Lay out the ledger."""
    for entry in entries:
        yield f"{entry.commit[:9]}  {entry.status:<14}  {entry.subject}"
        yield from _reasons(entry)


def entry_document(entry: Entry) -> dict[str, object]:
    """Give an entry of the ledger as JSON values."""
    return {
        "commit": entry.commit,
        "subject": entry.subject,
        "status": entry.status.value,
        "reason": entry.reason,
        "ours": entry.ours or None,
        "tests": list(entry.tests),
        "also": list(entry.also),
        "line": entry.line,
    }


def ledger_document(entries: Iterable[Entry]) -> dict[str, object]:
    """Give the ledger as JSON values; the schema is docs/schemas/ledger.json."""
    return {"schema_version": SCHEMA_VERSION, "commits": [entry_document(entry) for entry in entries]}


def _words(release: Release) -> tuple[tuple[str, bool], ...]:
    return ("pre-release", release.version.is_prerelease), ("to apply", release.applies)


def _reasons(entry: Entry | None) -> Iterator[str]:
    if entry is not None:
        yield f"  {entry.reason}"
        yield from (f"  shown by {test}" for test in entry.tests)


def _by(end: LaneEnd) -> str:
    return f" since {end.commit.short} {end.commit.subject}" if end.commit else ""


def _end(end: LaneEnd | None) -> dict[str, object] | None:
    if end is None:
        return None
    return {"tag": end.release.name, "path": end.path, "commit": end.commit.id if end.commit else None}

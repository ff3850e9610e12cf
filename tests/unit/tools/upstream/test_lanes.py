"""Which lane a tag belongs to, and what is said of a tag that belongs to none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fork_tools.upstream.configuration import parse_configuration
from fork_tools.upstream.lanes import Rejected, Release, Tag, in_lane, newest, releases


def _tag(name: str, date: str = "2026-01-01") -> Tag:
    return Tag(name, "a" * 40, "b" * 40, datetime.fromisoformat(date).replace(tzinfo=UTC))


def _sorted_out(*tags: Tag | str, **one: Any) -> tuple[Release | Rejected, ...]:
    lanes = {"1.x": {"range": ">=1.9,<2", **one}, "2.x": {"range": ">=2,<3", "mode": "watch"}}
    configuration = parse_configuration(
        {"upstream": {"url": "https://example.org/u.git"}, "lane": lanes}, Path("/fork")
    )
    return releases(configuration, [tag if isinstance(tag, Tag) else _tag(tag) for tag in tags])


def test_newer_by_date_and_newer_by_number_are_two_lanes() -> None:
    found = _sorted_out(_tag("v2.3.0", "2026-08-06"), _tag("v1.9.4", "2026-08-18"), _tag("v1.9.3", "2025-07-17"))
    assert [release.name for release in in_lane(found, "1.x")] == ["v1.9.3", "v1.9.4"]
    assert [release.name for release in in_lane(found, "2.x")] == ["v2.3.0"]
    latest = newest(in_lane(found, "1.x"))
    assert latest is not None
    assert latest.name == "v1.9.4"


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        pytest.param("chart-v1.9.0", "is not of the form v{version}", id="anchored at its beginning"),
        pytest.param("v1.9.0.1", "1.9.0.1 is no SemVer version", id="four numbers"),
        pytest.param("v1.9", "1.9 is no SemVer version", id="two numbers"),
        pytest.param("v1.9.0_x", "1.9.0_x is no SemVer version", id="anchored at its end"),
        pytest.param(
            "v1.9.4+mxjob.1", "1.9.4+mxjob.1 carries build metadata: a fork's release, not upstream's", id="ours"
        ),
        pytest.param("v1.8.1", "outside >=1.9,<2 (1.x); outside >=2,<3 (2.x)", id="no lane's range"),
        pytest.param("sdk/v1.9.0", "is not of the form v{version}", id="another product's"),
    ],
)
def test_a_rejected_tag_has_its_reason(tag: str, reason: str) -> None:
    (entry,) = _sorted_out(tag)
    assert isinstance(entry, Rejected)
    assert entry.reason == reason


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("ignore", None), ("report", False), ("apply", True)],
    ids=["ignored", "reported", "applied"],
)
def test_the_policy_for_prereleases(policy: str, expected: bool | None) -> None:
    (entry,) = _sorted_out("v1.10.0-rc.0", prereleases=policy)
    assert (entry.applies if isinstance(entry, Release) else None) is expected


def test_a_watched_lane_is_never_applied_to() -> None:
    (entry,) = _sorted_out("v2.0.0")
    assert isinstance(entry, Release)
    assert not entry.applies


def test_the_newest_is_a_release_unless_there_is_none() -> None:
    both = in_lane(_sorted_out("v1.9.0", "v1.10.0-rc.0"), "1.x")
    assert [release.name for release in both] == ["v1.9.0", "v1.10.0-rc.0"]
    assert newest(both) == both[0]
    assert newest(both[1:]) == both[1]
    assert newest(()) is None


def test_a_pattern_may_have_characters_that_mean_something_to_regular_expressions() -> None:
    found = _sorted_out("release.1.9.0+upstream", "releaseX1.9.0+upstream", tags="release.{version}+upstream")
    assert [type(entry) for entry in found] == [Release, Rejected]

"""Order of upstream's versions, and what a range admits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.upstream.versions import Version, VersionRange


@pytest.mark.parametrize(
    ("bounds", "version", "admitted"),
    [
        pytest.param(">=1.9,<2.0.0", "2.0.0-rc.0", False, id="a pre-release of the bound is beyond it"),
        pytest.param(">=1.9,<2", "2.0.0-rc.0", False, id="however short the bound is written"),
        pytest.param(">=2,<3", "2.0.0-rc.0", True, id="it is where its release will be"),
        pytest.param(">=1.9,<2", "1.9.0-rc.0", True, id="from its lower bound on"),
        pytest.param(">=1.9,<2", "1.10.0", True, id="numbers, not words"),
        pytest.param(">=1.9,<2", "1.8.1", False, id="below"),
        pytest.param("==1.9.*", "1.9.4", True, id="a whole minor"),
        pytest.param("==1.9.*", "1.10.0", False, id="and not the next"),
        pytest.param("~=1.9.1", "1.9.4", True, id="compatible"),
        pytest.param(">=1.9,!=1.9.2", "1.9.2", False, id="a hole"),
        pytest.param(">=1.9.0-rc.1", "1.9.0-rc.0", False, id="a bound that is a pre-release goes by precedence"),
        pytest.param(">=1.9.0-rc.1", "1.9.0-rc.1", True, id="itself"),
        pytest.param("<1.9.0-rc.1", "1.9.0-rc.0", True, id="below a pre-release"),
        pytest.param("<1.9.0-rc.1", "1.9.0", False, id="a release comes after its pre-releases"),
        pytest.param("", "0.1.0", True, id="no bounds"),
        pytest.param(">=1.9,<2", "1.9.1-nightly.20250101", True, id="a word that Python packages do not know"),
    ],
)
def test_a_range_admits(bounds: str, version: str, admitted: bool) -> None:
    assert VersionRange.parse(bounds).contains(Version.parse(version)) is admitted


@pytest.mark.parametrize("bounds", [">=", "v1.9", ">=1.9 <2", "latest"])
def test_a_range_that_is_none_is_refused(bounds: str) -> None:
    with pytest.raises(ValueError, match="no version range"):
        VersionRange.parse(bounds)


def test_versions_stand_in_the_order_in_which_they_were_meant() -> None:
    meant = [
        "0.2.0-rc1",
        "0.2.0-rc2",
        "0.2.0-rc10",
        "0.2.0",
        "1.9.0-alpha.1",
        "1.9.0-rc.0",
        "1.9.0-rc.10",
        "1.9.0",
        "1.10.0",
    ]
    assert [str(version) for version in sorted(map(Version.parse, reversed(meant)))] == meant


_NUMBER = st.integers(0, 30)
_VERSIONS = st.builds(
    lambda numbers, tail: Version.parse(".".join(map(str, numbers)) + tail),
    st.tuples(_NUMBER, _NUMBER, _NUMBER),
    st.sampled_from(["", "-rc.0", "-rc.1", "-rc2", "-alpha.1", "-beta", "-0.3.7", "-x.7.z.92"]),
)


@given(_VERSIONS, st.integers(0, 30), st.integers(0, 30))
def test_a_prerelease_is_where_its_release_is(version: Version, major: int, minor: int) -> None:
    for bounds in (f">={major}.{minor}", f"<{major}.{minor}", f">={major},<{major + 1}", f"=={major}.{minor}.*"):
        span = VersionRange.parse(bounds)
        assert span.contains(version) is span.contains(Version.parse(version.base))


@given(_VERSIONS)
def test_a_release_comes_after_its_prereleases(version: Version) -> None:
    assert not version.is_prerelease or version < Version.parse(version.base)

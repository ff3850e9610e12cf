"""What `patches/fork.toml` may say, and how it is told what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.upstream.configuration import find_fork, read_configuration
from fork_tools.upstream.lanes import Mode, Prereleases

_WELL = """
[upstream]
url = "https://example.org/trainer.git"
former = ["https://example.org/operator.git"]
watch = ["pkg/common/**"]
[lane."1.x"]
tags = "v{version}"
range = ">=1.9,<2"
prereleases = "ignore"
branches = ["release-1.9"]
requires = ["pkg/controller.v1"]
[lane."2.x"]
range = ">=2,<3"
mode = "watch"
"""


def _fork(folder: Path, text: str) -> Path:
    (folder / "patches").mkdir()
    (folder / "patches" / "fork.toml").write_text(text, encoding="utf-8")
    return folder


def test_it_is_found_from_below_and_read(tmp_path: Path) -> None:
    below = _fork(tmp_path, _WELL) / "patches" / "topic"
    below.mkdir()
    configuration = read_configuration(find_fork(below))
    one, two = configuration.lanes
    assert configuration.patches == tmp_path / "patches"
    assert configuration.former == ("https://example.org/operator.git",)
    assert (one.name, one.prereleases, one.mode) == ("1.x", Prereleases.IGNORE, Mode.APPLY)
    assert (two.tags, two.prereleases, two.mode) == ("v{version}", Prereleases.REPORT, Mode.WATCH)
    assert configuration.lane("2.x") is two


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("../upstream", "{parent}/upstream"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("file:///somewhere", "file:///somewhere"),
        ("/absolute/path", "/absolute/path"),
    ],
)
def test_a_path_as_url_counts_from_the_fork(tmp_path: Path, url: str, expected: str) -> None:
    text = _WELL.replace("https://example.org/trainer.git", url)
    assert read_configuration(_fork(tmp_path, text)).url == expected.format(parent=tmp_path.resolve().parent)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('url = "https://example.org/trainer.git"', "", "upstream.url is missing"),
        ("former =", "formerly =", "upstream.formerly is no key here"),
        ('mode = "watch"', 'mode = "look"', "lane.\"2.x\".mode = 'look' is to be one of: apply, watch"),
        ('range = ">=2,<3"', 'range = ">=2 <3"', 'lane."2.x".range:'),
        ('tags = "v{version}"', 'tags = "v*"', "is to hold {version} once"),
        ('branches = ["release-1.9"]', 'branches = "release-1.9"', 'lane."1.x".branches is to be a list of texts'),
        ("[upstream]", "[upstream", "patches/fork.toml:"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(MxforkError) as raised:
        read_configuration(_fork(tmp_path, _WELL.replace(old, new)))
    assert told in str(raised.value)
    assert raised.value.exit_code is ExitCode.WRONG_USE


def test_outside_a_fork_the_way_in_is_told(tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match="--fork DIR"):
        find_fork(tmp_path)


def test_an_unknown_lane_is_told_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(MxforkError, match=r"1\.x, 2\.x"):
        read_configuration(_fork(tmp_path, _WELL)).lane("3.x")

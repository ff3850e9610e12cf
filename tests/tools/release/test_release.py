"""`mxfork release`: what it makes, and when it refuses."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.tools.history import History
from tests.tools.mxfork import Mxfork
from tests.tools.small_fork import THIRD_CHANGED, small_fork, small_upstream


@pytest.fixture
def history(tmp_path: Path) -> History:
    return small_upstream(tmp_path / "trainer.git")


@pytest.fixture
def mxfork(
    tmp_path: Path, history: History, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Mxfork:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    patches = small_fork(tmp_path / "fork", history)
    mxfork = Mxfork(capsys, "--fork", str(patches.parent), "--upstream", str(history.directory))
    changed = history.git.run("rev-parse", "v1.1.0~1").strip()
    mxfork("ledger", "mark", changed, "not-applicable", "--reason", "Only its spelling.")
    mxfork("queue", "apply", "--all")
    return mxfork


def test_a_release_is_whole_and_the_same_every_time(mxfork: Mxfork, tmp_path: Path) -> None:
    first, second = tmp_path / "dist" / "one", tmp_path / "dist" / "two"
    assert mxfork("release", "--lane", "1.x", "--output-dir", str(first)).code == 0
    assert mxfork("release", "--lane", "1.x", "--output-dir", str(second)).code == 0
    files = {path.name: path.read_bytes() for path in first.iterdir()}
    assert files == {path.name: path.read_bytes() for path in second.iterdir()}
    told = files.pop("SHA256SUMS").decode().splitlines()
    assert told == [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]
    with tarfile.open(fileobj=io.BytesIO(files["source-v1.1.0-mxjob.1.tar.gz"])) as archive:
        member = archive.extractfile("trainer-v1.1.0-mxjob.1/code.go")
        assert member is not None
        assert member.read().splitlines()[2] == b"line 3 ours"


def test_the_bill_of_materials_names_the_ancestor_and_every_patch(mxfork: Mxfork, tmp_path: Path) -> None:
    mxfork("release", "--lane", "1.x", "--output-dir", str(tmp_path / "dist"))
    text = (tmp_path / "dist" / "sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    pedigree = json.loads(text)["metadata"]["component"]["pedigree"]
    assert pedigree["ancestors"][0]["version"] == "v1.1.0"
    (patch,) = pedigree["patches"]
    assert "+line 3 ours" in patch["diff"]["text"]["content"]


def test_the_changelog_tells_the_steps_and_what_upstream_brought(mxfork: Mxfork) -> None:
    shown = mxfork("release", "--lane", "1.x", "--dry-run")
    assert shown.code == 0
    assert "- `ours` Say ours: Ours is to be said." in shown.out
    assert "1 of 2 commits since v1.0.0 touch what MXJob shared." in shown.out
    assert "### Without consequence here\n\n- Spell the last (#7): Only its spelling." in shown.out
    assert "would release v1.1.0+mxjob.1" in shown.err


def test_a_folder_that_is_there_is_kept(mxfork: Mxfork, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    refused = mxfork("release", "--lane", "1.x", "--output-dir", str(tmp_path / "dist"))
    assert (refused.code, "is there already" in refused.err) == (2, True)
    assert list((tmp_path / "dist").iterdir()) == []


def test_red_is_not_released(mxfork: Mxfork, history: History, tmp_path: Path) -> None:
    history.commit({"code.go": THIRD_CHANGED}, "Spell the third (#8)")
    history.release("v1.2.0")
    refused = mxfork("release", "--lane", "1.x", "--output-dir", str(tmp_path / "dist"))
    assert refused.code == 1
    for reason in ("ours is conflict", "v1.2.0 is not in patches/fork.lock", "is not in the port ledger"):
        assert reason in refused.err
    assert not (tmp_path / "dist").exists()


def test_a_queue_that_is_not_what_the_lock_says_is_not_released(mxfork: Mxfork, tmp_path: Path) -> None:
    patch = tmp_path / "fork" / "patches" / "ours.patch"
    patch.write_text(patch.read_text().replace("line 3 ours", "line 3 theirs"))
    refused = mxfork("release", "--lane", "1.x", "--dry-run")
    assert (refused.code, "not fit to be released" in refused.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [("--lane", "9.x"), ("--lane", "1.x", "--to", "v9.9.9"), ("--lane", "1.x", "--no-regenerate"), ("--number", "0")],
)
def test_wrong_use_is_told(mxfork: Mxfork, arguments: tuple[str, ...]) -> None:
    assert mxfork("release", *arguments).code == 2

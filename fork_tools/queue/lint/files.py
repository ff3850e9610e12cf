"""The files of a queue's folder, read without stopping at the first that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.errors import MxforkError
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.series import OVERRIDES, SERIES, SUFFIXES, Line, parse_series
from fork_tools.queue.step import Step, parse_step
from fork_tools.queue.verify.checks import FOLDER as CHECKS
from fork_tools.queue.verify.checks import read_checks

_NO_STEPS = frozenset({"fork.toml", "waivers.toml"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A patches/ folder: the series' lines and bytes, every file that could be a step's, the steps among them.

    `broken` says of a file what cannot be read in it.
    """

    series: bytes
    lines: tuple[Line, ...]
    contents: Mapping[str, bytes]
    steps: tuple[Step, ...]
    broken: Mapping[str, str]


def read_folder(patches: Path) -> Folder:
    """Read all that lint looks at."""
    file = patches / SERIES
    series = file.read_bytes() if file.is_file() else b""
    lines = parse_series(series.decode("utf-8", "replace"))
    contents = {path: (patches / path).read_bytes() for path in _candidates(patches)}
    steps: list[Step] = []
    broken: dict[str, str] = {}
    topics = {line.path: line.topic for line in lines}
    for path, content in contents.items():
        try:
            step = parse_step(path, content, topics.get(_original(path), ""))
        except (MxforkError, UnicodeDecodeError) as error:
            broken[path] = _words(error, path)
            continue
        if isinstance(step.action, Patch) and (wrong := _wrong_with(step.action)):
            broken[path] = wrong
        steps.append(step)
    try:
        read_checks(patches)
    except MxforkError as error:
        broken[CHECKS] = error.what
    return Folder(series, lines, contents, tuple(steps), broken)


def is_override(path: str) -> bool:
    """Whether a file takes a step's place for some releases."""
    return path.startswith(f"{OVERRIDES}/")


def _original(path: str) -> str:
    return path.split("/", 2)[2] if is_override(path) and path.count("/") > 1 else path


def _candidates(patches: Path) -> Iterator[str]:
    for file in sorted(patches.rglob("*")):
        path = file.relative_to(patches).as_posix()
        if file.is_file() and path.endswith(SUFFIXES) and path not in _NO_STEPS and not path.startswith(f"{CHECKS}/"):
            yield path


def _wrong_with(patch: Patch) -> str:
    return patch.corrupt or ("" if patch.files else "it holds no diff")


def _words(error: Exception, path: str) -> str:
    words = error.what if isinstance(error, MxforkError) else str(error)
    return words.removeprefix(f"patches/{path}: ")

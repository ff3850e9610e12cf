"""`patches/series`: the order of the steps, quilt's format with topics; and the folder with overrides by release."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.guards import unsafe_path
from fork_tools.queue.step import Step, parse_step
from fork_tools.upstream.versions import Version

SERIES = "series"
OVERRIDES = "overrides"
SUFFIXES = (".patch", ".toml")
_TOPIC = "topic:"


@dataclass(frozen=True, slots=True)
class Line:
    """A step's line: its path below patches/, the topic it stands under, its line in the file (from 1)."""

    path: str
    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Override:
    """A step's file that takes the place of `path` from release `version` on."""

    path: str
    tag: str
    version: Version
    file: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What a team carries: the steps in their order, and which are written otherwise for some releases."""

    steps: tuple[Step, ...]
    overrides: tuple[tuple[Override, Step], ...] = ()

    def step_for(self, step: Step, version: Version) -> Step:
        """Return the step for a release: the override of the nearest release that is not newer, or the step itself."""
        older = [(o.version, text) for o, text in self.overrides if o.path == step.path and o.version <= version]
        return max(older, key=lambda pair: pair[0])[1] if older else step

    def named(self, name: str) -> Step:
        """Return a step by its name. Raises MxforkError."""
        for step in self.steps:
            if name in {step.name, step.path}:
                return step
        raise MxforkError(
            f"the queue has no step {name}",
            facts=(("it has", ", ".join(step.name for step in self.steps) or "none"),),
            next_step="mxfork queue status    lists them",
            exit_code=ExitCode.WRONG_USE,
        )


def parse_series(text: str) -> tuple[Line, ...]:
    """Read the series; `# topic: NAME` heads a group, other comments and blank lines mean nothing."""
    lines: list[Line] = []
    topic = ""
    for number, raw in enumerate(text.splitlines(), 1):
        entry = raw.strip()
        comment = entry.removeprefix("#").strip()
        if entry.startswith("#"):
            topic = comment.removeprefix(_TOPIC).strip() if comment.startswith(_TOPIC) else topic
            continue
        entry = entry.partition(" #")[0].strip()
        if entry:
            lines.append(Line(entry, topic, number))
    return tuple(lines)


def read_queue(patches: Path) -> Queue:
    """Read the queue of a patches/ folder; without a series it is empty. Raises MxforkError naming what is wrong."""
    series = patches / SERIES
    lines = parse_series(series.read_text(encoding="utf-8")) if series.is_file() else ()
    _refuse_doubles(lines)
    steps = tuple(parse_step(line.path, _read(patches, line), line.topic) for line in lines)
    _refuse_equal_names(steps)
    return Queue(steps, tuple(_read_overrides(patches, steps)))


def _read(patches: Path, line: Line) -> bytes:
    place = f"patches/{SERIES}, line {line.number}"
    if unsafe := unsafe_path(line.path):
        raise _wrong(f"{place}: {line.path} {unsafe}", "name a file below patches/")
    if not line.path.endswith(SUFFIXES):
        raise _wrong(f"{place}: {line.path} is neither a .patch nor a .toml", "name it by its suffix")
    file = patches / line.path
    if not file.resolve().is_relative_to(patches.resolve()):
        raise _wrong(f"{place}: {line.path} leads out of patches/", "put the step's file below patches/")
    if not file.is_file():
        raise _wrong(f"{place}: there is no patches/{line.path}", "add the file, or take out the line")
    return file.read_bytes()


def _read_overrides(patches: Path, steps: Iterable[Step]) -> Iterable[tuple[Override, Step]]:
    by_path = {step.path: step for step in steps}
    folder = patches / OVERRIDES
    for tag in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not tag.is_dir():
            raise _wrong(f"patches/{OVERRIDES}/{tag.name} is no folder", "put it into a folder named as a release")
        version = _version(tag.name)
        for file in sorted(path for path in tag.rglob("*") if path.is_file()):
            path = file.relative_to(tag).as_posix()
            if path not in by_path:
                place = f"patches/{OVERRIDES}/{tag.name}/{path}"
                raise _wrong(f"{place} overrides no step of the series", "name it as the step's file, or remove it")
            original = by_path[path]
            step = parse_step(path, file.read_bytes(), original.topic)
            yield Override(path, tag.name, version, file.relative_to(patches).as_posix()), step


def _version(tag: str) -> Version:
    try:
        return Version.parse(tag[tag.find(next(filter(str.isdigit, tag), "?")) :])
    except ValueError as error:
        raise _wrong(f"patches/{OVERRIDES}/{tag} names no release", "name the folder as the release's tag") from error


def _refuse_doubles(lines: tuple[Line, ...]) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        if line.path in seen:
            where = f"patches/{SERIES}, line {line.number}"
            raise _wrong(f"{where}: {line.path} stands in line {seen[line.path]} already", "take out one of them")
        seen[line.path] = line.number


def _refuse_equal_names(steps: tuple[Step, ...]) -> None:
    names: dict[str, str] = {}
    for step in steps:
        if step.name in names:
            raise _wrong(f"patches/{step.path} and patches/{names[step.name]} are both named {step.name}", "rename one")
        names[step.name] = step.path
    for step in steps:
        if unknown := [need for need in step.requires if need not in names]:
            raise _wrong(f"patches/{step.path} requires {unknown[0]}, which is no step", "correct its requires")


def _wrong(what: str, next_step: str) -> MxforkError:
    return MxforkError(what, next_step=next_step, exit_code=ExitCode.WRONG_USE)

"""Decide what is wrong with a queue's files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from fork_tools.queue.guards import unsafe_path
from fork_tools.queue.kinds.patch import Patch
from fork_tools.queue.kinds.regenerate import Regenerate
from fork_tools.queue.kinds.rewrite import Rewrite
from fork_tools.queue.lint.files import Folder, is_override
from fork_tools.queue.lint.rules import BY_ID
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.series import SERIES, SUFFIXES
from fork_tools.queue.step import Step
from fork_tools.report.finding import Finding, Location
from fork_tools.upstream.versions import Version

_LOCK_FILES = frozenset(
    {"go.sum", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "bun.lockb", "go.work.sum"}
)
_NONE_YET = Version.parse("0.0.0")
_BROKEN_LINE = re.compile(rb"^(?:diff --git |@@ -|From: |Subject: |--- a/|\+\+\+ b/)[^\n]*\r$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Day:
    """What a step's expiry is compared with: the day, and the newest release that the fork was made for, if any."""

    today: date
    newest: Version | None = None


def lint(folder: Folder, allowed: tuple[str, ...], day: Day) -> tuple[Finding, ...]:
    """Return what is wrong; `allowed` are the patterns of the paths that the fork may change (empty: all)."""
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _series(folder),
        lambda: _orphans(folder),
        lambda: _doubles(folder),
        lambda: _unparsable(folder),
        lambda: _carriage_returns(folder),
        lambda: _generated(folder),
        lambda: _lock_files(folder),
        lambda: _unlisted(folder, allowed),
        lambda: _unexplained(folder, day),
    )
    return tuple(finding for look in looks for finding in look())


def named_paths(step: Step) -> tuple[str, ...]:
    """Return the paths and patterns that a step names; a generator's are those that it makes."""
    action = step.action
    if isinstance(action, Patch):
        return action.named
    if isinstance(action, Rewrite):
        return tuple(dict.fromkeys(pattern for edit in action.edits for pattern in edit.files))
    return action.generates if isinstance(action, Regenerate) else action.paths


def _series(folder: Folder) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    known = {step.name for step in folder.steps}
    for line in folder.lines:
        where = Location(f"patches/{SERIES}", line.number)
        if line.path in seen:
            message = f"stands in lines {seen[line.path]} and {line.number} of the series"
            yield BY_ID["queue/duplicate"].finding(line.path, message, location=where)
        seen.setdefault(line.path, line.number)
        if wrong := unsafe_path(line.path):
            yield BY_ID["queue/unparsable"].finding(line.path, f"{line.path} {wrong}", location=where)
        elif not line.path.endswith(SUFFIXES):
            message = f"{line.path} is neither a .patch nor a .toml"
            yield BY_ID["queue/unparsable"].finding(line.path, message, location=where)
        elif line.path not in folder.contents:
            yield BY_ID["queue/missing"].finding(line.path, f"there is no patches/{line.path}", location=where)
    for step in folder.steps:
        for need in step.requires:
            if need not in known:
                yield _about(step, "queue/unparsable", f"requires {need}, which is no step")


def _orphans(folder: Folder) -> Iterator[Finding]:
    listed = {line.path for line in folder.lines}
    for path in folder.contents:
        if is_override(path):
            named = path.split("/", 2)
            if len(named) < len(("overrides", "tag", "path")) or named[2] not in listed:
                message = f"patches/{path} overrides no step of the series"
                yield BY_ID["queue/orphan"].finding(path, message, location=Location(f"patches/{path}"))
        elif path not in listed:
            message = f"patches/{path} is not in the series"
            yield BY_ID["queue/orphan"].finding(path, message, location=Location(f"patches/{path}"))


def _doubles(folder: Folder) -> Iterator[Finding]:
    names: dict[str, str] = {}
    changes: dict[object, str] = {}
    for step in folder.steps:
        if is_override(step.path):
            continue
        if step.name in names:
            yield _about(step, "queue/duplicate", f"is named {step.name}, as patches/{names[step.name]} is")
        names.setdefault(step.name, step.path)
        action = step.action
        change = tuple((file.paths, file.hunks) for file in action.files) if isinstance(action, Patch) else repr(action)
        if change and change in changes:
            yield _about(step, "queue/duplicate", f"makes the same change as patches/{changes[change]}")
        changes.setdefault(change, step.path)


def _unparsable(folder: Folder) -> Iterator[Finding]:
    for path, words in folder.broken.items():
        yield BY_ID["queue/unparsable"].finding(path, words, location=Location(f"patches/{path}"))
    for step in folder.steps:
        unsafe = ((path, unsafe_path(path.rstrip("/"))) for path in named_paths(step))
        if found := next(((path, wrong) for path, wrong in unsafe if wrong), None):
            yield _about(step, "queue/unparsable", f"{found[0]} {found[1]}")


def _carriage_returns(folder: Folder) -> Iterator[Finding]:
    files = {SERIES: folder.series, **folder.contents}
    for path, content in files.items():
        # A patch of a file with such line ends has them in its lines of content, and is right to.
        found = _BROKEN_LINE.search(content) if path.endswith(".patch") else re.search(rb"\r$", content, re.MULTILINE)
        if found:
            line = content.count(b"\n", 0, found.start()) + 1
            location = Location(f"patches/{path}", line)
            yield BY_ID["queue/carriage-return"].finding(path, f"line {line} ends in CRLF", location=location)


def _generated(folder: Folder) -> Iterator[Finding]:
    generators = [step.action for step in folder.steps if isinstance(step.action, Regenerate)]
    for step in folder.steps:
        if not isinstance(step.action, Patch):
            continue
        named = step.action.named
        made = [path for path in named if any(generator.may_write(path) for generator in generators)]
        if made and len(made) < len(named):
            others = next(path for path in named if path not in made)
            yield _about(step, "queue/mixed", f"holds {made[0]}, which is generated, beside {others}")
        elif made:
            yield _about(step, "queue/generated-file", f"holds {made[0]}, which is generated")


def _lock_files(folder: Folder) -> Iterator[Finding]:
    for step in folder.steps:
        if isinstance(step.action, Regenerate):
            continue
        locks = [path for path in named_paths(step) if _is_lock_file(path)]
        if locks:
            yield _about(step, "queue/lock-file", f"writes {locks[0]}")


def _is_lock_file(path: str) -> bool:
    name = PurePosixPath(path).name
    return name in _LOCK_FILES or name.endswith(".lock")


def _unlisted(folder: Folder, allowed: tuple[str, ...]) -> Iterator[Finding]:
    for step in folder.steps if allowed else ():
        strays = [path for path in named_paths(step) if path not in allowed and not any_matches(allowed, path)]
        if strays:
            more = f" and {len(strays) - 1} more" if len(strays) > 1 else ""
            yield _about(step, "queue/unlisted-path", f"names {strays[0]}{more}, which [queue] paths does not allow")


def _unexplained(folder: Folder, day: Day) -> Iterator[Finding]:
    for step in folder.steps:
        missing = [name for name, value in (("reason", step.reason), ("owner", step.owner)) if not value.strip()]
        if missing:
            yield _about(step, "queue/no-reason", f"has no {' and no '.join(missing)}")
        try:
            expired = step.expired(day.today, day.newest or _NONE_YET)
        except ValueError:
            yield _about(step, "queue/unparsable", f"expires = {step.expires!r} is neither a date nor a version")
            continue
        if expired:
            yield _about(step, "queue/expired", f"expired with {step.expires}")


def _about(step: Step, rule: str, message: str) -> Finding:
    return BY_ID[rule].finding(step.name, message, location=Location(f"patches/{step.path}"))

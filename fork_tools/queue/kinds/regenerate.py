"""regenerate: a command of the release's own that makes generated files, run in a checkout after every other step."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import timedelta

from fork_tools.queue.fields import Fields
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.result import Changes, Degree, PathResult, StepClass, StepResult

_PLACEHOLDER = re.compile(r"\{([a-z_.]+)\}")
_GO_LINE = re.compile(r"^(toolchain|go)\s+(?:go)?(\S+)\s*$", re.MULTILINE)
_DEFAULT_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Regenerate:
    """A command (argument by argument, no shell unless it names one) and what it may write.

    `generates` are patterns; a change elsewhere is an error unless `discards` names it, whose changes are dropped.
    `environment` is added to the caller's; its values may hold {go} (the toolchain that go.mod asks for), {tag},
    {version}. `tools` are programs that must be on the PATH.
    """

    command: tuple[str, ...]
    generates: tuple[str, ...]
    discards: tuple[str, ...]
    environment: dict[str, str]
    tools: tuple[str, ...]
    directory: str
    timeout: timedelta
    trusted: bool

    def may_write(self, path: str) -> bool:
        """Whether the command is declared to make this file."""
        return any_matches(self.generates, path)


def parse(fields: Fields) -> Regenerate:
    """Read a generator's fields.

    command is a list, or a text split as a shell would; timeout is in minutes; trusted = true says that it is known to
    change the untouched release, which verify then allows.
    """
    given = fields.any("command")
    command = tuple(shlex.split(given)) if isinstance(given, str) else fields.texts("command")
    if not command:
        raise fields.wrong("command is missing")
    generates = fields.texts("generates")
    if not generates:
        raise fields.wrong("generates is missing: name the files that the command may write")
    return Regenerate(
        command,
        generates,
        fields.texts("discards"),
        fields.mapping("environment"),
        fields.texts("tools"),
        fields.text("directory", "."),
        timedelta(minutes=fields.number("timeout", _DEFAULT_MINUTES)),
        fields.flag("trusted"),
    )


def environment_for(regenerate: Regenerate, facts: dict[str, str]) -> dict[str, str]:
    """Return the declared environment with its placeholders filled from `facts`. Raises KeyError for an unknown one."""
    return {
        key: _PLACEHOLDER.sub(lambda found: facts[found[1]], value) for key, value in regenerate.environment.items()
    }


def go_toolchain(go_mod: bytes) -> str | None:
    """Return the toolchain that a go.mod asks for, as GOTOOLCHAIN takes it (`go1.23.0`); None without a go line."""
    lines = dict(_GO_LINE.findall(go_mod.decode("utf-8", "replace")))
    version = lines.get("toolchain") or lines.get("go")
    if version is None:
        return None
    # From 1.21 on a toolchain's name has three numbers, also where the go line has two.
    return f"go{version}.0" if re.fullmatch(r"1\.(2[1-9]|[3-9]\d)", version) else f"go{version}"


def judge(name: str, regenerate: Regenerate, changed: Changes) -> StepResult:
    """Say what a run that ended well comes to, by the paths that it changed."""
    kept = {path: entry for path, entry in changed.items() if not any_matches(regenerate.discards, path)}
    strays = sorted(path for path in kept if not regenerate.may_write(path))
    if strays:
        results = tuple(PathResult(path, StepClass.RETARGETED, "is not declared in generates") for path in strays)
        message = f"its command changed {strays[0]}, which `generates` does not declare"
        return StepResult(name, StepClass.RETARGETED, message, paths=results)
    if not kept:
        return StepResult(name, StepClass.ALREADY_UPSTREAM, "its command changes nothing", degree=Degree.EXACT)
    results = tuple(PathResult(path, StepClass.REGENERATED) for path in sorted(kept))
    return StepResult(name, StepClass.REGENERATED, f"{len(kept)} files", kept, results)

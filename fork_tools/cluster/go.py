"""The Go command: is it there, is it new enough, and run it so that it ends when we do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from fork_tools.cluster.processes import LAUNCHER
from fork_tools.errors import MxforkError

_LINES_SHOWN = 8
_SWITCHES_SINCE = (1, 21)  # the first Go that fetches a newer toolchain by itself


class GoError(MxforkError):
    """The Go command failed; its last lines are among the facts."""


@dataclass(frozen=True, slots=True)
class Go:
    """An installed Go; `temporary` is where it puts what an interrupted run leaves behind."""

    program: Path
    temporary: Path

    @classmethod
    def find(cls, purpose: str, target: Path, temporary: Path) -> Go:
        """Find Go on the PATH. Raises MxforkError, naming its `purpose` and what `target` lacks, when there is none."""
        program = shutil.which("go")
        if program is None:
            raise MxforkError(
                "Go is not on the PATH",
                facts=(("needed", purpose), ("missing in", str(target))),
                next_step="install Go 1.26 or later, or set KUBEBUILDER_ASSETS to a folder that holds the programs",
            )
        return cls(Path(program), temporary)

    def require(self, module: Path, folder: Path) -> None:
        """Raise MxforkError unless this Go, or one that it fetches by itself, is as new as the go.mod `module` asks."""
        required = required_go(module.read_text(encoding="utf-8"))
        version, toolchain = self.run(["env", "GOVERSION", "GOTOOLCHAIN"], folder).splitlines()
        if too_old(version, toolchain, required):
            raise MxforkError(
                f"Go {version.removeprefix('go')} is too old: {required} or later is needed",
                facts=(("go", str(self.program)), ("GOTOOLCHAIN", toolchain or "(older than Go 1.21)")),
                next_step="install a newer Go, or set GOTOOLCHAIN=auto to let Go fetch it, "
                "or set KUBEBUILDER_ASSETS to a folder that holds the programs",
            )

    def run(self, arguments: Sequence[str], folder: Path, on_line: Callable[[str], None] | None = None) -> str:
        """Run `go ARGUMENTS` in `folder` and return its standard output; `on_line` sees each line of its other output.

        Raises GoError when it fails. It is ended when this process is, even by force.
        """
        command = [
            *(sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(signal.SIGKILL)), str(folder)),
            *(str(self.program), *arguments),
        ]
        environment = _environment(self.temporary)
        with (
            TemporaryFile("w+", encoding="utf-8") as output,
            subprocess.Popen(
                command, stdout=output, stderr=subprocess.PIPE, text=True, errors="replace", env=environment
            ) as process,
        ):
            last = deque[str](maxlen=_LINES_SHOWN)
            try:
                for line in process.stderr or ():
                    last.append(line.rstrip())
                    if on_line:
                        on_line(line.strip())
            except BaseException:
                process.terminate()
                raise
            if process.wait():
                raise GoError(
                    f"`go {' '.join(arguments[:2])}` failed",
                    facts=tuple(("go says", line) for line in last),
                    next_step="correct what Go complains of, or set KUBEBUILDER_ASSETS to a folder with the programs",
                )
            output.seek(0)
            return output.read()


def required_go(module: str) -> str:
    """Read the version in the `go` line of a go.mod file's text; 1.0 where it has none."""
    line = re.search(r"^go\s+(\S+)", module, re.MULTILINE)
    return line[1] if line else "1.0"


def too_old(version: str, toolchain: str, required: str) -> bool:
    """Decide whether a Go of `version` (go1.26.8) can neither build for `required` (1.26.0) nor fetch one that can."""
    have = _numbers(version.removeprefix("go"))
    fetches = have >= _SWITCHES_SINCE and toolchain not in {"", "local"}
    return have < _numbers(required) and not fetches


def _numbers(version: str) -> tuple[int, ...]:
    digits = [re.match(r"\d+", part) for part in version.split(".")]
    return tuple(int(number[0]) for number in digits if number)


def _environment(temporary: Path) -> dict[str, str]:
    """Build for this machine and from these modules only; proxy, caches and toolchain stay as the user has them."""
    environment = {name: value for name, value in os.environ.items() if name not in {"GOOS", "GOARCH"}}
    return environment | {"CGO_ENABLED": "0", "GOWORK": "off", "GOTMPDIR": str(temporary)}

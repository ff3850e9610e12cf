"""The one place that runs git: isolated from the user's configuration, without hooks, prompts or surprises."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fork_tools.errors import MxforkError

_WORDS_OF_AN_ERROR = 6
# What a transport needs from the user: the way to the server and the right to enter.
_TRANSPORT_VARIABLES = frozenset(
    {"GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO"}
    | {"GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL"}
)
_ISOLATION = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_EDITOR": "true",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
    "TZ": "UTC",
}
_NO_TRANSPORT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
# A repository's own configuration is read too, and may say anything.
_OVERRIDES = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.autocrlf=false",
    "core.eol=lf",
    "core.abbrev=40",
    "color.ui=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.external=",
    "diff.orderFile=/dev/null",
    "diff.renames=false",
    "gc.auto=0",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "maintenance.auto=false",
    "submodule.recurse=false",
)


@dataclass(frozen=True, slots=True)
class GitOutcome:
    """How a run of git ended: its exit code, its output as bytes, its complaints as text."""

    code: int
    output: bytes
    complaint: str

    @property
    def text(self) -> str:
        """The output as text; bytes that are no UTF-8 survive as surrogates."""
        return self.output.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git on one repository, named by its git directory, and perhaps on a work tree of it.

    `transport` allows what talks to other repositories; without it git fetches nothing, not even lazily.
    """

    directory: Path
    work_tree: Path | None = None
    transport: bool = False

    def attempt(
        self, *arguments: str, stdin: str | bytes | None = None, environment: Mapping[str, str] | None = None
    ) -> GitOutcome:
        """Run git and hand back how it went, whatever that is."""
        raw = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
        run = _spawn(self._command(arguments), environment=self._environment(environment))
        with run, _ended_with_us(run):
            output, complaint = run.communicate(raw or b"")
        return GitOutcome(run.returncode, output, complaint.decode("utf-8", "replace").strip())

    def run(
        self, *arguments: str, stdin: str | bytes | None = None, environment: Mapping[str, str] | None = None
    ) -> str:
        """Run git and return its output as text. Raises MxforkError with git's words when it fails."""
        return self.require(arguments, self.attempt(*arguments, stdin=stdin, environment=environment)).text

    def output(
        self, *arguments: str, stdin: str | bytes | None = None, environment: Mapping[str, str] | None = None
    ) -> bytes:
        """Run git and return its output as it is. Raises MxforkError with git's words when it fails."""
        return self.require(arguments, self.attempt(*arguments, stdin=stdin, environment=environment)).output

    def follow(self, *arguments: str, tell: Callable[[str], None]) -> GitOutcome:
        """Run git and pass each line of its complaints to `tell` as it comes: that is where it shows progress."""
        run = _spawn(self._command(arguments), environment=self._environment(None), with_output=False)
        assert run.stderr is not None  # noqa: S101 - a pipe was asked for
        lines: list[str] = []
        with run, _ended_with_us(run):
            for line in _lines(run.stderr):
                lines.append(line)
                tell(line)
            code = run.wait()
        return GitOutcome(code, b"", "\n".join(lines).strip())

    def require(self, arguments: tuple[str, ...], outcome: GitOutcome) -> GitOutcome:
        """Return `outcome` if it is a success; raise MxforkError with git's words if not."""
        if outcome.code == 0:
            return outcome
        words = [line for line in outcome.complaint.splitlines() if line.strip()][-_WORDS_OF_AN_ERROR:]
        command = next((word for word in arguments if not word.startswith("-")), "")
        raise MxforkError(
            f"git {command} failed with exit code {outcome.code}",
            facts=(("in", str(self.directory)), *(("git says", line) for line in words)),
            next_step=f"see what git says; by hand: git --git-dir {self.directory} {' '.join(arguments[:6])}",
        )

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        overrides = (part for override in _OVERRIDES for part in ("-c", override))
        tree = (f"--work-tree={self.work_tree}",) if self.work_tree else ()
        return ["git", "--no-pager", f"--git-dir={self.directory}", *tree, *overrides, *arguments]

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return git_environment(transport=self.transport) | dict(extra or {})


def git_environment(*, transport: bool = False) -> dict[str, str]:
    """Make the environment that git runs in.

    Nothing of the caller's GIT_* variables gets through (a hook exports several). Only a transport keeps the user's own
    configuration: proxies, mirrors and credentials are there.
    """
    allowed = _TRANSPORT_VARIABLES if transport else frozenset[str]()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in allowed}
    limits = {"GIT_NO_REPLACE_OBJECTS": "1"} if transport else _ISOLATION | _NO_TRANSPORT
    return kept | _QUIET | limits


def _spawn(command: list[str], *, environment: Mapping[str, str], with_output: bool = True) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE if with_output else subprocess.DEVNULL,
            stdout=subprocess.PIPE if with_output else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=dict(environment),
        )
    except FileNotFoundError as error:
        raise MxforkError("git is not on the PATH", next_step="install git 2.38 or later") from error


@contextmanager
def _ended_with_us(run: subprocess.Popen[bytes]) -> Iterator[None]:
    """End git when we are interrupted, and only then."""
    try:
        yield
    except BaseException:
        run.terminate()
        run.wait()
        raise


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Split at line feeds and at the carriage returns with which git redraws its progress."""
    rest = b""
    while chunk := os.read(stream.fileno(), 4096):
        *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines if line.strip())
    if rest.strip():
        yield rest.decode("utf-8", "replace")

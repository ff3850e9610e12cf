"""A fork with a queue over a small upstream, and `mxfork` run on it as a user would."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from fork_tools.cli import mxfork
from fork_tools.errors import MxforkError
from fork_tools.upstream.git import Git
from tests.tools.history import History

LANES = """
[lane."1.x"]
tags = "v{version}"
range = ">=1.9,<2"
requires = ["pkg"]
[lane."2.x"]
tags = "v{version}"
range = ">=2,<3"
mode = "watch"
requires = ["pkg"]
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run of `mxfork` said, and its exit code."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)

    def classes(self, release: str) -> dict[str, str]:
        """Return the class of each step on a release, from the JSON report."""
        suite = next(suite for suite in self.json["suites"] if suite["name"] == release)
        return {case["name"]: case["summary"].split("  ")[0] for case in suite["cases"]}


class Bench:
    """An upstream to be filled by a test, and a fork beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.upstream = History(folder / "upstream.git")
        self.root = folder / "fork"
        self.patches = self.root / "patches"
        self.patches.mkdir(parents=True)
        self.write("fork.toml", f'[upstream]\nurl = "{self.upstream.directory}"\n{LANES}')

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file below patches/."""
        file = self.patches / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def series(self, steps: Mapping[str, str | bytes]) -> None:
        """Write the steps' files and a series of them."""
        for path, content in steps.items():
            self.write(path, content)
        self.write("series", "".join(f"{path}\n" for path in steps))

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Told:
        """Run `mxfork` in the fork, with a cache of its own and upstream named as a clone."""
        variables = {"XDG_CACHE_HOME": str(self.folder / "cache"), **(environment or {})}
        runner = CliRunner(env=variables)
        with contextlib.chdir(folder or self.root):
            done = runner.invoke(mxfork, arguments)
        if isinstance(done.exception, MxforkError):
            return Told(done.exception.exit_code, done.stdout, f"error: {done.exception}")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Told(done.exit_code, done.stdout, done.stderr)

    def apply(self, *arguments: str, **options: Any) -> Told:
        """Run `queue apply`, reported as JSON."""
        given = ("--upstream", str(self.upstream.directory), "--output", "json")
        return self.run("queue", "apply", *given, *arguments, **options)

    def diff(self, old: str, new: str) -> bytes:
        """Return the diff between two of upstream's commits, as a patch carries it."""
        return self.upstream.git.output("diff", "--no-ext-diff", "--full-index", "--binary", old, new)

    def mail(self, old: str, new: str, subject: str = "Carry a change", **fields: str) -> bytes:
        """Return a patch file with that diff."""
        headers = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
        head = f"From: Grace <grace@example.org>\nSubject: [PATCH] {subject}\n\n{headers}---\n\n"
        return head.encode() + self.diff(old, new)


def show(folder: Path, what: str) -> str:
    """Return a file or object of the repository in `folder`."""
    return Git(folder / ".git").run("show", what)

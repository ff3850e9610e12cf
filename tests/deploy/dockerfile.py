"""Reads the Dockerfile and plays its build stage in a scratch folder, for want of a Docker engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[2]
_CONTINUED: Final = re.compile(r"\\\n\s*")
# What the build stage writes to, in the image; below the scratch folder when it is played.
_FOLDERS: Final = ("/opt/mxjob", "/build", "/wheels")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of a Dockerfile."""

    keyword: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """From one FROM to the next."""

    base: str
    instructions: tuple[Instruction, ...]

    def all(self, keyword: str) -> list[str]:
        """Return the texts of every instruction of a kind."""
        return [each.text for each in self.instructions if each.keyword == keyword]


def stages() -> list[Stage]:
    """Parse the Dockerfile; what precedes the first FROM is left out."""
    text = _CONTINUED.sub(" ", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"))
    lines = (line.strip() for line in text.splitlines())
    found = [Instruction(*line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]
    starts = [index for index, each in enumerate(found) if each.keyword == "FROM"]
    return [
        Stage(found[start].text, tuple(found[start + 1 : end]))
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]


def play(stage: Stage, scratch: Path) -> Path:
    """Run the COPY and RUN instructions of a stage below `scratch`; returns what becomes /opt/mxjob."""
    source = scratch / "src"
    source.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_REQ", "PYTHON"))},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SOURCE_DATE_EPOCH": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    for each in stage.instructions:
        if each.keyword == "COPY":
            _copy(each.text, source)
        elif each.keyword == "RUN":
            command = each.text
            for folder in _FOLDERS:
                command = re.sub(rf"(?<![\w.]){folder}\b", str(scratch / folder[1:].replace("/", "-")), command)
            run = subprocess.run(command, shell=True, cwd=source, env=environment, capture_output=True, text=True)  # noqa: S602
            assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
    return scratch / "opt-mxjob"


def _copy(text: str, source: Path) -> None:
    *names, target = text.split()
    for name in names:
        origin = REPOSITORY / name
        goal = source / target / origin.name if target.endswith("/") else source / target
        goal.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, goal, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, goal)

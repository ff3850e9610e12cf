"""CRDs in files and folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fork_tools.compat.crd.sources.documents import Loaded, read
from fork_tools.errors import ExitCode, MxforkError

# Where repositories keep their CRDs; a folder without one of these is searched whole.
USUAL_FOLDERS: Final = ("crds", "config/crd/bases", "manifests/base/crds")
SUFFIXES: Final = (".yaml", ".yml", ".json")
_MARK: Final = b"CustomResourceDefinition"


def from_path(path: Path) -> tuple[Loaded, ...]:
    """Read the CRDs in a file, or in the files of a folder. Raises MxforkError (wrong use) when there is none."""
    if not path.exists():
        raise MxforkError(
            f"there is no file or folder {path}",
            next_step="name a file, a folder, git:REF:PATH, upstream:TAG or cluster:",
            exit_code=ExitCode.WRONG_USE,
        )
    found = tuple(loaded for file in _files(path) for loaded in read(_text(file), str(file)))
    if not found:
        raise MxforkError(
            f"{path} holds no CustomResourceDefinition",
            next_step="name the file or folder that does",
            exit_code=ExitCode.WRONG_USE,
        )
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    usual = [path / folder for folder in USUAL_FOLDERS if (path / folder).is_dir()]
    for folder in usual or [path]:
        for file in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.suffix in SUFFIXES and not hidden and file.is_file() and _MARK in file.read_bytes():
                yield file


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise MxforkError(
            f"{path} is not text in UTF-8: byte {error.start}",
            next_step="name another file",
            exit_code=ExitCode.WRONG_USE,
        ) from error

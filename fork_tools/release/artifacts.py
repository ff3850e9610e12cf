"""The files of a release, written beside each other: all of them or none."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.apply import Run
from fork_tools.queue.objects import Objects

CHECKSUMS = "SHA256SUMS"


def source_archive(objects: Objects, run: Run, name: str) -> bytes:
    """Pack the patched tree as name/...; the same tree gives the same bytes."""
    return gzip.compress(objects.git("archive", "--format=tar", f"--prefix={name}/", run.commit), mtime=0)


def checksums(files: Mapping[str, bytes]) -> str:
    """List the digests as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))


def write_artifacts(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files and their checksums into the new folder. Raises MxforkError when it is there already."""
    if folder.exists():
        raise MxforkError(
            f"{folder} is there already",
            next_step="name another folder with --output-dir, or the next release with --number",
            exit_code=ExitCode.WRONG_USE,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        scratch.mkdir()
        for name, content in {**files, CHECKSUMS: checksums(files).encode()}.items():
            (scratch / name).write_bytes(content)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

"""Build the control plane's programs from their Go modules into a folder that appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from fork_tools.cluster.go import Go
from fork_tools.progress import Detail, Progress

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class GoBuild:
    """One `go build` of the main packages `packages`, which yields `programs` in the same order."""

    packages: tuple[str, ...]
    programs: tuple[str, ...]
    linker_flags: str = "-s -w"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the programs of one version are made.

    `prepare` writes the module (go.mod, go.sum) into the folder it is given and may use Go for that.
    """

    title: str
    version: str
    prepare: Callable[[Go, Path], None]
    builds: tuple[GoBuild, ...]

    @property
    def programs(self) -> tuple[str, ...]:
        """The names of all programs."""
        return tuple(program for build in self.builds for program in build.programs)


def built(recipe: Recipe, cache: Path, progress: Progress) -> Path:
    """Return the folder below `cache` with the programs of `recipe`; the first caller builds, those beside it wait.

    Raises MxforkError when Go is missing or too old, or when the build fails; the cache is then as it was.
    """
    folder = cache / f"{recipe.version}-{os.uname().machine}"
    if _is_complete(folder, recipe):
        return folder
    go = Go.find(f"to build {recipe.title}, once", folder, _scratch(folder))
    cache.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with progress.task(f"waiting for another mxfork that builds {recipe.title}", logged=True):
            lock.acquire()
    try:
        # Whoever held the lock before us has most likely done the work.
        if not _is_complete(folder, recipe):
            with progress.task(f"building {recipe.title}, once", logged=True) as detail:
                _build(recipe, go, folder, detail)
    finally:
        shutil.rmtree(_scratch(folder), ignore_errors=True)
        lock.release()
    return folder


def lacking(folder: Path, programs: Sequence[str]) -> list[str]:
    """List those of `programs` that `folder` does not hold as something that can be run."""
    return [name for name in programs if not ((folder / name).is_file() and os.access(folder / name, os.X_OK))]


def _build(recipe: Recipe, go: Go, folder: Path, detail: Detail) -> None:
    scratch = _scratch(folder)
    _remove(scratch)
    module, programs = scratch / "module", scratch / "programs"
    module.mkdir(parents=True)
    programs.mkdir()
    detail("preparing the modules")
    recipe.prepare(go, module)
    go.require(module / "go.mod", scratch)
    for build in recipe.builds:
        _go_build(build, go, module, programs, detail)
    for name in ("go.mod", "go.sum"):
        if (module / name).exists():
            shutil.copy(module / name, programs)
    manifest = {
        "version": recipe.version,
        "go": go.run(["env", "GOVERSION"], module).strip(),
        "builds": [*map(asdict, recipe.builds)],
    }
    (programs / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    _remove(folder)
    programs.rename(folder)


def _go_build(build: GoBuild, go: Go, module: Path, programs: Path, detail: Detail) -> None:
    """Build; a single program may be named unlike its package, several get the names of theirs."""
    target = programs / build.programs[0] if len(build.programs) == 1 else programs
    names, seen = ", ".join(build.programs), 0

    def compiled(line: str) -> None:
        nonlocal seen
        seen += 1
        detail(f"{names}: {seen} packages, {line}")

    detail(names)
    options = ["-mod=readonly", "-trimpath", "-v", "-ldflags", build.linker_flags, "-o", str(target)]
    go.run(["build", *options, *build.packages], module, compiled)


def _is_complete(folder: Path, recipe: Recipe) -> bool:
    return (folder / MANIFEST).is_file() and not lacking(folder, recipe.programs)


def _scratch(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.building")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)

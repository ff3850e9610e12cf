"""Run the checks of the tree's own kind on the release and on the patched tree; only the difference is the queue's."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fork_tools.progress import Progress
from fork_tools.queue.checkout import Checkout, scratch_checkout
from fork_tools.queue.generators import Ended, run_command
from fork_tools.queue.verify import golang
from fork_tools.queue.verify.context import Checked, Patched
from fork_tools.queue.verify.rules import BY_ID
from fork_tools.report.finding import Finding

_LIST = ("go", "list", "-e", "-json=ImportPath,Dir,Deps,TestImports,XTestImports", "./...")
_IMPORT = "import importlib, sys; sys.path.insert(0, sys.argv[1]); importlib.import_module(sys.argv[2])"


@dataclass(frozen=True, slots=True)
class _Side:
    """A checked-out tree, named for the logs."""

    name: str
    checkout: Checkout
    patched: Patched

    def run(self, what: str, command: tuple[str, ...]) -> tuple[Ended, str, Path]:
        log = self.patched.logs / f"{what}-{self.name}.log"
        ended = run_command(command, self.checkout.folder, log, environment={}, seconds=self.patched.seconds)
        return ended, log.read_text("utf-8", "replace"), log


def check_build(patched: Patched, progress: Progress, *, tests: bool) -> list[Checked]:
    """Build, vet and test a Go module's touched packages and their importers; compile and import touched Python."""
    changed = set(patched.owners)
    found: list[Checked] = []
    is_go = "go.mod" in patched.objects.entries(patched.run.tree)
    python = sorted(path for path in changed if path.endswith(".py"))
    if not is_go and not python:
        return []
    with (
        scratch_checkout(patched.objects, patched.run.target.commit) as before,
        scratch_checkout(patched.objects, patched.run.commit) as after,
    ):
        sides = (_Side("release", before, patched), _Side("patched", after, patched))
        if is_go:
            found += _go(sides, changed, progress, tests=tests)
        if python:
            found += _python(sides, python, progress)
    return found


def _go(sides: tuple[_Side, _Side], changed: Collection[str], progress: Progress, *, tests: bool) -> list[Checked]:
    if shutil.which("go") is None:
        return [Checked("go", "", could_not="go is not on the PATH")]
    chosen = []
    for side in sides:
        with progress.task(f"{side.patched.run.target.name}: packages of the {side.name}"):
            ended, listed, log = side.run("go-list", ("sh", "-c", '"$@" 2>/dev/null', "sh", *_LIST))
        if ended.code != 0:
            return [Checked("go list", "", could_not=f"go list ended with {ended.code}; log {log}")]
        chosen.append(golang.affected(golang.parse_packages(listed, str(side.checkout.folder.resolve())), changed))
    if not chosen[1]:
        return [Checked("go", "no package is touched")]
    known = tuple(package for package in chosen[1] if package in set(chosen[0]))
    packages = (known, chosen[1])
    found = [_compiled("go build", ("go", "build"), sides, packages, progress)]
    found.append(_compiled("go vet", ("go", "vet"), sides, packages, progress))
    if tests:
        found.append(_tested(sides, packages, progress))
    return found


def _compiled(
    name: str,
    command: tuple[str, ...],
    sides: tuple[_Side, _Side],
    packages: tuple[tuple[str, ...], tuple[str, ...]],
    progress: Progress,
) -> Checked:
    begin = time.monotonic()
    said: list[tuple[golang.Complaint, ...]] = []
    last = Ended(0, 0, "")
    log = Path()
    for side, chosen in zip(sides, packages, strict=True):
        if not chosen:
            said.append(())
            continue
        with progress.task(
            f"{side.patched.run.target.name}: {name} of {len(chosen)} packages ({side.name})", logged=True
        ):
            last, words, log = side.run(name.replace(" ", "-"), (*command, *chosen))
        if last.code is None:
            return Checked(name, "", could_not=f"took more than {side.patched.seconds / 60:.0f} minutes; log {log}")
        said.append(golang.complaints(words))
    patched = sides[1].patched
    known = {(complaint.path, complaint.words) for complaint in said[0]}
    findings = [
        _finding(patched, "queue/build", complaint.path, f"{complaint.path}:{complaint.line}: {complaint.words}", log)
        for complaint in said[1]
        if (complaint.path, complaint.words) not in known
    ]
    if last.code and not said[1]:
        findings.append(
            BY_ID["queue/build"].finding(name, f"ended with {last.code}: {last.last}", details={"log": str(log)})
        )
    old = [c for c in said[1] if (c.path, c.words) in known]
    findings += [BY_ID["queue/known-failure"].finding(c.path, f"{c.path}:{c.line}: {c.words}") for c in old]
    return Checked(name, f"{len(packages[1])} packages", tuple(findings), seconds=time.monotonic() - begin)


def _tested(
    sides: tuple[_Side, _Side], packages: tuple[tuple[str, ...], tuple[str, ...]], progress: Progress
) -> Checked:
    begin = time.monotonic()
    told: list[golang.Tests] = []
    log = Path()
    for side, chosen in zip(sides, packages, strict=True):
        with progress.task(
            f"{side.patched.run.target.name}: go test of {len(chosen)} packages ({side.name})", logged=True
        ):
            ended, words, log = side.run("go-test", ("go", "test", "-json", *chosen) if chosen else ("true",))
        if ended.code is None:
            return Checked(
                "go test", "", could_not=f"took more than {side.patched.seconds / 60:.0f} minutes; log {log}"
            )
        told.append(golang.parse_tests(words))
        if ended.code and not told[-1].failed:
            return Checked("go test", "", could_not=f"ended with {ended.code}: {ended.last}; log {log}")
    before, after = told
    patched = sides[1].patched
    findings = []
    for package, test in sorted(after.failed):
        name = f"{package}.{test}" if test else package
        if (package, test) in before.failed:
            findings.append(BY_ID["queue/known-failure"].finding(name, "fails on the untouched release, too"))
            continue
        folder = next(
            (f for f in {p.rpartition("/")[0] for p in patched.owners} if f and package.endswith(f"/{f}")), ""
        )
        findings.append(_finding(patched, "queue/test", f"{folder}/x", f"{name} fails", log, subject=name))
    packages_well = sum(1 for _, test in after.passed if not test)
    summary = f"{packages_well} of {len(packages[1])} packages pass, {len(after.passed) - packages_well} tests"
    return Checked("go test", summary, tuple(findings), seconds=time.monotonic() - begin)


def _python(sides: tuple[_Side, _Side], changed: list[str], progress: Progress) -> list[Checked]:
    begin = time.monotonic()
    findings: list[Finding] = []
    patched = sides[1].patched
    present = [path for path in changed if (sides[1].checkout.folder / path).is_file()]
    with progress.task(f"{patched.run.target.name}: {len(present)} Python files"):
        for path in present:
            ended, words, log = sides[1].run("py-compile", (sys.executable, "-m", "py_compile", path))
            if ended.code != 0:
                findings.append(_finding(patched, "queue/build", path, f"{path} does not compile: {ended.last}", log))
                del words
        for root, module in sorted({_module(path, sides[1].checkout.folder) for path in present}):
            results = [side.run("py-import", (sys.executable, "-c", _IMPORT, root, module)) for side in sides]
            if results[1][0].code == 0:
                continue
            owned = next(path for path in present if _module(path, sides[1].checkout.folder) == (root, module))
            message = f"import {module} fails: {results[1][0].last}"
            if results[0][0].code != 0 and _raised(results[0][0]) == _raised(results[1][0]):
                findings.append(BY_ID["queue/known-failure"].finding(module, message))
            else:
                findings.append(_finding(patched, "queue/build", owned, message, results[1][2]))
    return [Checked("python", f"{len(present)} files", tuple(findings), seconds=time.monotonic() - begin)]


def _raised(ended: Ended) -> str:
    """Return the exception's own line: those above it tell where, and a step may have moved that."""
    return ended.last.rpartition(" / ")[2]


def _module(path: str, folder: Path) -> tuple[str, str]:
    """Return the folder to import from, and the module's full name."""
    file = Path(path)
    names = [] if file.name == "__init__.py" else [file.stem]
    parent = file.parent
    while (folder / parent / "__init__.py").is_file():
        names.insert(0, parent.name)
        parent = parent.parent
    return parent.as_posix(), ".".join(names)


def _finding(patched: Patched, rule: str, path: str, message: str, log: Path, *, subject: str = "") -> Finding:
    owner = patched.owner_of(path)
    blamed = f" (step {owner})" if owner else ""
    return BY_ID[rule].finding(
        subject or path,
        message + blamed,
        location=patched.location_of(owner),
        details={"step": owner, "log": str(log)},
    )

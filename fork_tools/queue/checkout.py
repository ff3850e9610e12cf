"""Work trees that belong to us: scratch ones for generators and checks, and the one that a user asked for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.queue.objects import Objects
from fork_tools.queue.result import Changes
from fork_tools.upstream.git import Git


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with a repository of its own, in which a tree of the store is checked out."""

    folder: Path
    objects: Objects

    def snapshot(self, base: str) -> tuple[str, Changes]:
        """Write the folder's files (those that .gitignore lets through) as a tree; and what they change in `base`."""
        with tempfile.TemporaryDirectory(prefix="mxfork-index-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            work = Git(self.objects.git_dir, work_tree=self.folder)
            work.run("read-tree", base, environment=index)
            _pass_over(work, self.objects.absent(base), environment=index)
            work.run("add", "--all", "--", ".", environment=index)
            tree = work.run("write-tree", "--missing-ok", environment=index).strip()
        changed = self.objects.changed(base, tree)
        return tree, {path: after for path, (_, after) in changed.items()}

    def show(self, commit: str) -> None:
        """Make the folder's files those of `commit` again; what .gitignore names is kept."""
        work = Git(self.folder / ".git", work_tree=self.folder)
        work.run("update-ref", "--no-deref", "HEAD", commit)
        _fill(work, commit, self.objects.absent(commit))
        work.run("clean", "-ffdq", "--", ".")


@contextmanager
def scratch_checkout(objects: Objects, commit: str) -> Iterator[Checkout]:
    """Check `commit` out in a temporary folder; gone afterwards, read-only leftovers of tools included."""
    folder = Path(tempfile.mkdtemp(prefix="mxfork-tree-"))
    try:
        yield make_checkout(objects, commit, folder / "tree", objects.git_dir)
    finally:
        _remove(folder)


def make_checkout(objects: Objects, commit: str, folder: Path, seen: Path) -> Checkout:
    """Make `folder` a repository that borrows the objects of the git directory `seen`, and check `commit` out."""
    objects.bring(entry.id for entry in objects.entries(commit).values() if entry.mode != _SUBMODULE)
    folder.mkdir(parents=True, exist_ok=True)
    repository = Git(folder / ".git")
    repository.run("init", "--quiet", "--template=", "--initial-branch=main", str(folder))
    alternates = folder / ".git" / "objects" / "info" / "alternates"
    alternates.parent.mkdir(parents=True, exist_ok=True)
    alternates.write_text(f"{(seen / 'objects').resolve()}\n", encoding="utf-8")
    checkout = Checkout(folder, objects)
    checkout.show(commit)
    return checkout


def refuse_used(folder: Path) -> None:
    """Raise MxforkError unless `folder` is new or empty: nothing of a user's is ever overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MxforkError(
            f"{folder} is there already",
            facts=(("so", "nothing was written"),),
            next_step="name a folder that does not exist yet with --worktree, or remove that one",
            exit_code=ExitCode.WRONG_USE,
        )


def deliver(objects: Objects, upstream: Path, commit: str, refs: Mapping[str, str], folder: Path) -> None:
    """Leave a clone in `folder` with `refs` (the first of them a branch at `commit`, which is checked out).

    It appears whole or not at all, borrows upstream's objects, and holds those of the queue itself.
    """
    refuse_used(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        tree = scratch / "tree"
        branch = next(iter(refs)).removeprefix("refs/heads/")
        repository = Git(tree / ".git", work_tree=tree)
        Git(tree / ".git").run("init", "--quiet", "--template=", f"--initial-branch={branch}", str(tree))
        alternates = tree / ".git" / "objects" / "info" / "alternates"
        alternates.parent.mkdir(parents=True, exist_ok=True)
        alternates.write_text(f"{(upstream / 'objects').resolve()}\n", encoding="utf-8")
        _copy_objects(objects, repository, commit)
        repository.run("update-ref", "--stdin", stdin="".join(f"update {ref} {id_}\n" for ref, id_ in refs.items()))
        _fill(repository, commit, objects.absent(commit))
        if folder.exists():
            folder.rmdir()
        tree.rename(folder)
    finally:
        _remove(scratch)


def _fill(work: Git, commit: str, absent: Collection[str]) -> None:
    work.run("read-tree", "--reset", commit)
    _pass_over(work, absent)
    work.run("checkout-index", "--all", "--force", "--quiet")


def _pass_over(work: Git, absent: Collection[str], environment: Mapping[str, str] | None = None) -> None:
    """Let the index keep files whose content the clone of upstream lacks, without writing or missing them."""
    if absent:
        names = "".join(f"{path}\0" for path in absent)
        work.run("update-index", "-z", "--skip-worktree", "--stdin", stdin=names, environment=environment)


def _copy_objects(objects: Objects, repository: Git, commit: str) -> None:
    known = [line.split()[0] for line in objects.git("for-each-ref", "refs/mxfork/upstream").decode().splitlines()]
    wanted = "\n".join([commit, *(f"^{identifier}" for identifier in known)]) + "\n"
    pack = objects.git("pack-objects", "--revs", "--stdout", "--quiet", "--missing=allow-any", stdin=wanted.encode())
    repository.run("unpack-objects", "-q", stdin=pack)


def _remove(folder: Path) -> None:
    def writable(function: object, path: str, _: object) -> None:
        # Go's module cache is read-only; so may be what a generator leaves behind.
        Path(path).parent.chmod(0o700)
        Path(path).chmod(0o700)
        if callable(function):
            function(path)

    shutil.rmtree(folder, onerror=writable)


_SUBMODULE = "160000"

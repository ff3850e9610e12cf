"""A private object store beside upstream's: read any tree or blob of it, write new ones, touch nothing of it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fork_tools.errors import MxforkError
from fork_tools.queue.result import Changes, Entry
from fork_tools.upstream.git import Git, git_environment
from fork_tools.upstream.repository import Repository

_REMEMBERED_TREES = 256
_HEAD_WORDS = 3
Bring = Callable[[Iterable[str]], None]


class Objects:
    """A bare repository whose alternates are upstream's objects. Reads go through one long-lived `git cat-file`."""

    def __init__(self, git_dir: Path, bring: Bring) -> None:
        """`bring` fetches blobs that a partial clone of upstream left out."""
        self.plumbing = Git(git_dir)
        self._bring = bring
        self._trees: dict[str, dict[str, Entry]] = {}
        self._reader: subprocess.Popen[bytes] | None = None

    @property
    def git_dir(self) -> Path:
        """The store's git directory."""
        return self.plumbing.directory

    def git(self, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None) -> bytes:
        """Run git on this store and return what it printed. Raises MxforkError with git's words."""
        return self.plumbing.output(*arguments, stdin=stdin, environment=environment)

    def resolve(self, revision: str) -> str | None:
        """Return the full id of the object that `revision` names, or None."""
        found = self.plumbing.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", revision)
        return found.text.strip() if found.code == 0 else None

    def bring(self, identifiers: Iterable[str]) -> None:
        """Make sure that these blobs can be read."""
        self._bring(identifiers)

    def has_blob(self, identifier: str) -> str | None:
        """Return the full id of the one blob that `identifier` (perhaps abbreviated) names, or None."""
        head = self._ask(identifier)
        return head[0] if head and head[1] == "blob" else None

    def blob(self, identifier: str) -> bytes:
        """Return a blob's bytes. Raises KeyError when there is none."""
        head = self._ask(identifier, keep=True)
        if head is None:
            self._bring((identifier,))
            self.close()
            head = self._ask(identifier, keep=True)
        if head is None:
            raise KeyError(identifier)
        return head[2]

    def entries(self, tree: str) -> dict[str, Entry]:
        """Every file of a tree (a tree's or a commit's id), by path. Remembered: the caller must not change it."""
        if tree not in self._trees:
            found: dict[str, Entry] = {}
            for line in self.git("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
                head, path = line.split(b"\t", 1)
                mode, _, identifier = head.decode().split(" ")
                found[path.decode("utf-8", "surrogateescape")] = Entry(mode, identifier)
            self._remember(tree, found)
        return self._trees[tree]

    def absent(self, tree: str) -> tuple[str, ...]:
        """List the files of a tree whose content is nowhere: a clone may lack its largest."""
        files = [(path, entry.id) for path, entry in self.entries(tree).items() if entry.mode != "160000"]
        asked = "".join(f"{identifier}\n" for _, identifier in files).encode()
        answers = self.git("cat-file", "--batch-check", stdin=asked).splitlines()
        return tuple(path for (path, _), answer in zip(files, answers, strict=True) if answer.endswith(b" missing"))

    def write_blob(self, content: bytes) -> str:
        """Store `content` and return its id."""
        return self.git("hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def write_tree(self, base: str, changes: Changes) -> str:
        """Return the id of the tree that `base` becomes by `changes` (None removes a path)."""
        if not changes:
            return self.git("rev-parse", f"{base}^{{tree}}").decode().strip()
        lines = [
            (f"{entry.mode} {entry.id}\t" if entry else f"0 {'0' * 40}\t").encode()
            + path.encode("utf-8", "surrogateescape")
            for path, entry in sorted(changes.items(), key=lambda change: (change[1] is not None, change[0]))
        ]
        with tempfile.TemporaryDirectory(prefix="mxfork-index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.git("read-tree", base, environment=index)
            self.git("update-index", "-z", "--index-info", stdin=b"\0".join(lines) + b"\0", environment=index)
            tree = self.git("write-tree", "--missing-ok", environment=index).decode().strip()
        if base in self._trees and tree not in self._trees:
            merged: dict[str, Entry | None] = {**self._trees[base], **changes}
            self._remember(tree, {path: entry for path, entry in sorted(merged.items()) if entry is not None})
        return tree

    def changed(self, old: str, new: str) -> dict[str, tuple[Entry | None, Entry | None]]:
        """Return the paths that differ between two trees or commits, with both sides. Renames are two paths."""
        before, after = self.entries(old), self.entries(new)
        return {
            path: (before.get(path), after.get(path))
            for path in sorted(before.keys() | after.keys())
            if before.get(path) != after.get(path)
        }

    def close(self) -> None:
        """End the reader."""
        if self._reader is not None:
            self._reader.communicate()
            self._reader = None

    def _remember(self, tree: str, files: dict[str, Entry]) -> None:
        if len(self._trees) >= _REMEMBERED_TREES:
            del self._trees[next(iter(self._trees))]
        self._trees[tree] = files

    def _ask(self, identifier: str, *, keep: bool = False) -> tuple[str, str, bytes] | None:
        reading, writing = self._pipes()
        writing.write(identifier.encode() + b"\n")
        writing.flush()
        head = reading.readline().decode().split()
        if len(head) != _HEAD_WORDS:
            return None
        content = reading.read(int(head[2]))
        reading.read(1)
        return head[0], head[1], content if keep else b""

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", "--git-dir", str(self.git_dir), "cat-file", "--batch"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=git_environment(),
            )
        if self._reader.stdout is None or self._reader.stdin is None:
            raise MxforkError("git cat-file has no pipes", next_step="run the command again")
        return self._reader.stdout, self._reader.stdin


def create_store(git_dir: Path, upstream: Path) -> None:
    """Make the bare repository `git_dir` that sees the objects of `upstream` (a git directory); may be repeated."""
    if not (git_dir / "HEAD").is_file():
        Git(git_dir).run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(git_dir))
    alternates = git_dir / "objects" / "info" / "alternates"
    alternates.parent.mkdir(parents=True, exist_ok=True)
    alternates.write_text(f"{(upstream / 'objects').resolve()}\n", encoding="utf-8")


@contextmanager
def open_store(git_dir: Path, repository: Repository) -> Iterator[Objects]:
    """Open the store at `git_dir` over upstream, making it first if there is none."""
    create_store(git_dir, repository.directory)
    objects = Objects(git_dir, repository.bring if repository.cached else _nothing_to_bring)
    try:
        yield objects
    finally:
        objects.close()


@contextmanager
def scratch_objects(repository: Repository) -> Iterator[Objects]:
    """Return a store for one run over upstream, which is only read; gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="mxfork-objects-") as folder,
        open_store(Path(folder) / "store.git", repository) as objects,
    ):
        yield objects


def _nothing_to_bring(_: Iterable[str]) -> None:
    return

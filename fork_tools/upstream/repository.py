"""Upstream's repository to read from: tags, tips, commits, files. Reading changes nothing in it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError
from fork_tools.progress import Progress
from fork_tools.upstream import cache
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.git import Git
from fork_tools.upstream.lanes import Tag

_PULL_REQUEST = re.compile(r"\(#(\d+)\)\s*$|^Merge pull request #(\d+) ")
_FULL_ID = re.compile(r"[0-9a-f]{40}")
_TAG_FORMAT = "%(refname:lstrip=2)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
_COMMIT_FORMAT = "--format=%H%x00%P%x00%an%x00%ct%x00%s"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: full ids, the author's name, the committer's date (UTC), the pull request its subject names."""

    id: str
    parents: tuple[str, ...]
    author: str
    date: datetime
    subject: str

    @property
    def short(self) -> str:
        """The id as people write it."""
        return self.id[:9]

    @property
    def pull_request(self) -> int | None:
        """The number at the end of a squashed subject, or in a merge's."""
        found = _PULL_REQUEST.search(self.subject)
        return int(found[1] or found[2]) if found else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree: its mode as git writes it (`100644`), and its blob's id."""

    mode: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone of upstream that is only read. `cached` is the folder of the user's cache, None for a named clone."""

    plumbing: Git
    url: str
    offline: bool
    cached: Path | None
    progress: Progress

    @property
    def directory(self) -> Path:
        """The git directory."""
        return self.plumbing.directory

    def git(
        self,
        *arguments: str,
        input: str | bytes | None = None,  # noqa: A002 - subprocess's own word
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a plumbing command, isolated. Raises MxforkError with git's words."""
        return self.plumbing.run(*arguments, stdin=input, environment=environment)

    def tags(self) -> tuple[Tag, ...]:
        """List the tags that lead to a commit, by name."""
        lines = self.git("for-each-ref", f"--format={_TAG_FORMAT}", "refs/tags").splitlines()
        found = [_parse_tag(line) for line in lines]
        dates = self._dates({commit for _, _, commit in (entry for entry in found if entry)})
        return tuple(Tag(name, object_id, commit, dates[commit]) for name, object_id, commit in filter(None, found))

    def tips(self) -> Mapping[str, str]:
        """Map each of upstream's branches to the commit at its tip."""
        output = self.git("for-each-ref", "--format=%(refname)%00%(objectname)", "refs/heads", "refs/remotes/origin")
        refs = dict(line.split("\0") for line in output.splitlines())
        remote = {name.removeprefix("refs/remotes/origin/"): tip for name, tip in refs.items()}
        return {name.removeprefix("refs/heads/"): tip for name, tip in remote.items() if name != "HEAD"}

    def resolve(self, name: str) -> str:
        """Return the full id of the commit that a tag, a branch or an id means. Raises MxforkError."""
        refs = (
            ()
            if _FULL_ID.fullmatch(name)
            else (f"refs/tags/{name}", f"refs/heads/{name}", f"refs/remotes/origin/{name}")
        )
        for candidate in (*refs, name):
            found = self.plumbing.attempt(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}"
            )
            if found.code == 0:
                return found.text.strip()
        raise MxforkError(
            f"upstream has no tag, branch or commit {name}",
            facts=(("looked in", str(self.directory)),),
            next_step="mxfork upstream releases    shows the tags"
            + (", or leave out --offline" if self.offline else ""),
            exit_code=ExitCode.WRONG_USE,
        )

    def tree(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        return self.git("rev-parse", "--verify", f"{commit}^{{tree}}").strip()

    def entries(self, commit: str, *under: str) -> dict[str, Entry]:
        """List the files of a commit, all or those `under` the given paths; submodules are left out."""
        output = self.git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *under)
        found: dict[str, Entry] = {}
        for line in filter(None, output.split("\0")):
            description, path = line.split("\t", 1)
            mode, kind, object_id = description.split(" ")
            if kind == "blob":
                found[path] = Entry(mode, object_id)
        return found

    def has(self, commit: str, path: str) -> bool:
        """Whether the commit holds a file or folder of that path."""
        return self.plumbing.attempt("rev-parse", "--verify", "--quiet", f"{commit}:{path}").code == 0

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file's content at a commit; None when it has no such file. Raises MxforkError when it is missing."""
        entry = self.entries(commit, path).get(path)
        if entry is None:
            return None
        self.bring((entry.object_id,))
        return self.plumbing.output("cat-file", "blob", entry.object_id)

    def has_commit(self, object_id: str) -> bool:
        """Whether there is a commit of that id."""
        return self.plumbing.attempt("rev-parse", "--verify", "--quiet", f"{object_id}^{{commit}}").code == 0

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` contains `older`."""
        return self.plumbing.attempt("merge-base", "--is-ancestor", older, newer).code == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Find the best common ancestor of two commits; None when their histories have nothing in common."""
        found = self.plumbing.attempt("merge-base", one, other)
        return found.text.split()[0] if found.code == 0 else None

    def commit(self, name: str) -> Commit:
        """Read one commit."""
        return self.commits(self.resolve(name), "--no-walk")[0]

    def first_parents(self, old: str, new: str) -> tuple[Commit, ...]:
        """List what came after `old` on the first-parent line of `new`, the oldest first."""
        return self.commits(f"{old}..{new}", "--first-parent", "--reverse")

    def commits(self, span: str, *options: str, paths: Sequence[str] = ()) -> tuple[Commit, ...]:
        """List commits with the options of `git rev-list`; `paths` are pathspecs."""
        arguments = ("rev-list", "--no-commit-header", _COMMIT_FORMAT, *options, span, "--", *paths)
        return tuple(_parse_commit(line) for line in self.git(*arguments).split("\n") if line)

    def bring(self, object_ids: Iterable[str]) -> None:
        """Fetch, at once, those of the named objects that the partial clone left out.

        Raises MxforkError when it may not fetch.
        """
        wanted = tuple(dict.fromkeys(object_ids))
        # Unlike cat-file, this does not try to fetch what it does not find.
        arguments = ("rev-list", "--objects", "--no-walk", "--ignore-missing", "--missing=print", "--stdin")
        there = {line.split(" ")[0] for line in self.git(*arguments, input="\n".join(wanted)).splitlines()}
        missing = [object_id for object_id in wanted if object_id not in there]
        if not missing:
            return
        if self.offline or self.cached is None:
            raise MxforkError(
                f"{len(missing)} of the files needed are not in the clone",
                facts=(("clone", str(self.directory)), ("such as", missing[0])),
                next_step="leave out --offline once, and they are fetched, or name a full clone with --upstream PATH",
            )
        cache.complete(self.cached, missing, self.progress)

    def _dates(self, commits: set[str]) -> Mapping[str, datetime]:
        if not commits:
            return {}
        arguments = ("rev-list", "--no-walk=unsorted", "--no-commit-header", "--format=%H %ct", "--stdin")
        lines = self.git(*arguments, input="\n".join(sorted(commits))).splitlines()
        return {commit: _utc(date) for commit, date in (line.split(" ") for line in lines)}


def open_repository(
    configuration: Configuration,
    *,
    path: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
    refresh: bool = False,
) -> Repository:
    """Open upstream: the clone at `path` as it is, or the one in the user's cache.

    The cache is brought up to date when it is older than ten minutes, always with `refresh`, never when `offline`.
    Raises MxforkError when there is nothing to open or the fetch fails.
    """
    shown = progress or Progress()
    if path is not None:
        return Repository(Git(_git_directory(path)), configuration.url, offline, None, shown)
    folder = cache.cache_folder(configuration.url)
    if not offline:
        _refresh(folder, configuration, shown, always=refresh)
    elif cache.fetched_at(folder) is None:
        raise MxforkError(
            f"nothing of {configuration.url} was fetched yet",
            facts=(("cache", str(folder)),),
            next_step="leave out --offline once, or name a clone with --upstream PATH",
        )
    return Repository(Git(cache.clone_of(folder)), configuration.url, offline, folder, shown)


def _refresh(folder: Path, configuration: Configuration, progress: Progress, *, always: bool) -> None:
    asked = time.time()
    fetched = cache.fetched_at(folder)
    if always or fetched is None or asked - fetched > cache.FRESH_FOR.total_seconds():
        cache.bring_up_to_date(folder, configuration.url, configuration.former, progress, newer_than=asked)


def _git_directory(path: Path) -> Path:
    """Find the git directory of a clone, bare or not. Raises MxforkError when `path` is none."""
    for candidate in (path / ".git", path):
        if (candidate / "objects").is_dir() and (candidate / "HEAD").exists():
            return candidate.resolve()
    if (path / ".git").is_file():
        linked = Path((path / ".git").read_text(encoding="utf-8").removeprefix("gitdir:").strip())
        common = (path / linked / "commondir").read_text(encoding="utf-8").strip()
        return (path / linked / common).resolve()
    raise MxforkError(
        f"{path} is no clone of upstream: it holds no git repository",
        next_step="name another with --upstream PATH, or leave it out to use the cache",
        exit_code=ExitCode.WRONG_USE,
    )


def _parse_tag(line: str) -> tuple[str, str, str] | None:
    name, object_id, kind, peeled, peeled_kind = line.split("\0")
    if kind == "commit":
        return name, object_id, object_id
    return (name, object_id, peeled) if peeled_kind == "commit" else None


def _parse_commit(line: str) -> Commit:
    commit, parents, author, seconds, subject = line.split("\0", 4)
    return Commit(commit, tuple(parents.split()), author, _utc(seconds), subject)


def _utc(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)

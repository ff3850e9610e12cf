"""A small upstream, made commit by commit: ids are the same on every run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fork_tools.upstream.git import Git

_FIRST = 1_700_000_000  # seconds since the epoch; each commit is an hour after the one before
_HOUR = 3600


class History:
    """A bare repository that a test writes commits, branches and tags into."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self.directory = directory
        self.git = Git(directory)
        self.git.run("init", "--quiet", "--bare", "--initial-branch=master", "--template=", str(directory))
        self.git.run("config", "uploadpack.allowFilter", "true")
        self._commits = 0

    @property
    def url(self) -> str:
        """Where a cache fetches it from; a file URL, so that git treats it as a remote."""
        return f"file://{self.directory}"

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        subject: str = "Change",
        *,
        branch: str = "master",
        parents: tuple[str, ...] | None = None,
        author: str = "Ada",
        after_hours: int = 1,
    ) -> str:
        """Commit `files` (None removes one) on top of `branch`, or of the first of `parents`; return the id."""
        self._commits += after_hours
        above = parents if parents is not None else self._tip(branch)
        index = {"GIT_INDEX_FILE": str(self.directory / "scratch-index")}
        self.git.run("read-tree", above[0] if above else "--empty", environment=index)
        entries = "".join(f"{self._blob(content)}\t{path}\n" for path, content in files.items())
        self.git.run("update-index", "--index-info", stdin=entries, environment=index)
        tree = self.git.run("write-tree", environment=index).strip()
        when = f"{_FIRST + self._commits * _HOUR} +0000"
        who = {
            f"GIT_{role}_{key}": value
            for role, name in (("AUTHOR", author), ("COMMITTER", "Merger"))
            for key, value in (("NAME", name), ("EMAIL", f"{name.lower()}@example.org"), ("DATE", when))
        }
        lineage = [part for parent in above for part in ("-p", parent)]
        commit = self.git.run("commit-tree", tree, *lineage, "-m", subject, environment=who).strip()
        self.branch(branch, commit)
        return commit

    def branch(self, name: str, commit: str) -> None:
        """Set a branch."""
        self.git.run("update-ref", f"refs/heads/{name}", commit)

    def tag(self, name: str, commit: str = "master", *, annotated: bool = False) -> str:
        """Set a tag, moving it when it is there; return the id of the object it names."""
        target = self.git.run("rev-parse", f"{commit}^{{commit}}").strip()
        if annotated:
            lines = (f"object {target}", "type commit", f"tag {name}", f"tagger Ada <ada@example.org> {_FIRST} +0000")
            target = self.git.run("mktag", stdin="\n".join((*lines, "", f"{name}\n"))).strip()
        self.git.run("update-ref", f"refs/tags/{name}", target)
        return target

    def release(
        self, name: str, files: Mapping[str, str | bytes | None] | None = None, *, branch: str = "master"
    ) -> str:
        """Commit and tag; return the commit's id."""
        commit = self.commit({"VERSION": f"{name}\n"} | dict(files or {}), f"Release {name}", branch=branch)
        self.tag(name, commit)
        return commit

    def _blob(self, content: str | bytes | None) -> str:
        if content is None:
            return f"0 {'0' * 40}"
        return f"100644 {self.git.run('hash-object', '-w', '--stdin', stdin=content).strip()}"

    def _tip(self, branch: str) -> tuple[str, ...]:
        found = self.git.attempt("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        return (found.text.strip(),) if found.code == 0 else ()

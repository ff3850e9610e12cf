"""Whether the tests and commits that the port ledger names are there."""

from __future__ import annotations

import ast
from pathlib import Path

from fork_tools.upstream.git import Git


def missing_test(root: Path, test: str) -> str | None:
    """Say what `FILE::[CLASS::]NAME[parameters]` lacks below `root`; None when it is there."""
    file, *names = test.split("::")
    path = root / file
    if not path.is_file():
        return f"there is no file {file}"
    if not names:
        return "it names no test: write FILE::NAME"
    body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    for name in names:
        wanted = name.partition("[")[0]
        found = next((node for node in body if isinstance(node, _NAMED) and node.name == wanted), None)
        if found is None:
            return f"{file} has no {wanted}"
        body = found.body
    return None


def missing_commit(root: Path, commit: str) -> str | None:
    """Say why `commit` proves nothing in the fork's own repository; None when HEAD has it."""
    git = Git(root / ".git") if (root / ".git").is_dir() else Git(_linked(root))
    if git.attempt("merge-base", "--is-ancestor", commit, "HEAD").code == 0:
        return None
    return f"{commit[:9]} is not in the fork's history"


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _linked(root: Path) -> Path:
    """Follow a linked work tree's .git file."""
    try:
        return root / (root / ".git").read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    except OSError:
        return root / ".git"

"""What a step's commit does, apart from where: its lines with their symbols, so that releases can be compared."""

from __future__ import annotations

import hashlib

from fork_tools.queue.diff import CorruptDiffError, parse_diff
from fork_tools.queue.hunks import split_lines
from fork_tools.queue.objects import Objects
from fork_tools.queue.symbols import enclosing


def effect_digest(objects: Objects, commit: str) -> str:
    """Return the digest of every added and removed line with path and symbol, and of whole new or binary files."""
    digest = hashlib.sha256()
    for line in effect(objects, commit):
        digest.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return digest.hexdigest()


def effect(objects: Objects, commit: str) -> list[str]:
    """Return the lines that are digested, sorted; line numbers and context are no part of them."""
    before, after = f"{commit}^", commit
    found: list[str] = []
    modified: list[str] = []
    for path, (old, new) in objects.changed(_tree(objects, before), _tree(objects, after)).items():
        if old is not None and new is not None and old.mode == new.mode:
            modified.append(path)
        else:
            found.append(f"{path}\0{old.mode if old else ''}\0{new.mode if new else ''}\0{new.id if new else ''}")
    if modified:
        command = ("diff-tree", "-p", "-U0", "--full-index", "--no-ext-diff", "--no-color", "--no-renames")
        text = objects.git(*command, before, after, "--", *modified)
        try:
            for file in parse_diff(text):
                content = split_lines(objects.blob(file.new_id))
                if file.binary:
                    found.append(f"{file.path}\0binary\0{file.new_id}")
                for hunk in file.hunks:
                    symbol = ".".join(
                        enclosing(file.path, content, hunk.new_start - 1 if hunk.added else hunk.new_start)
                    )
                    found += [
                        f"{file.path}\0{symbol}\0{mark.decode()}{line.decode('utf-8', 'surrogateescape').rstrip()}"
                        for mark, line in hunk.lines
                    ]
        except CorruptDiffError:
            found += [f"{path}\0unreadable" for path in modified]
    return sorted(found)


def _tree(objects: Objects, commit: str) -> str:
    return objects.git("rev-parse", f"{commit}^{{tree}}").decode().strip()

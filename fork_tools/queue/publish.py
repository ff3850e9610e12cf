"""Leave what a run made where a user finds it: refs in the private clone, the lock, a work tree."""

from __future__ import annotations

from pathlib import Path

from fork_tools.atomic_file import write_text
from fork_tools.queue import lock
from fork_tools.queue.apply import Run
from fork_tools.queue.checkout import deliver
from fork_tools.queue.lock import Lock
from fork_tools.queue.locking import branch_name, fork_tag, read_lock
from fork_tools.queue.objects import Objects
from fork_tools.upstream.repository import Repository


def keep_refs(objects: Objects, run: Run) -> None:
    """Point the branch, the tag of a release, and the base that they grew from, at what the run made."""
    name = run.target.name
    updates = [f"refs/heads/{branch_name(name)} {run.commit}", f"refs/mxfork/upstream/{name} {run.target.commit}"]
    if run.target.tag_object and run.applies:
        updates.append(f"refs/tags/{fork_tag(name)} {run.commit}")
    objects.git("update-ref", "--stdin", stdin="".join(f"update {update}\n" for update in updates).encode())


def keep_lock(patches: Path, fresh: Lock) -> bool:
    """Write what was made into the lock, beside the releases that were not applied now; say whether it changed."""
    known = read_lock(patches)
    merged = Lock(fresh.tools, fresh.series, known.with_releases(fresh.releases) if known else fresh.releases)
    text = lock.render(merged)
    path = patches / lock.FILE
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    return True


def leave_worktree(objects: Objects, repository: Repository, run: Run, folder: Path) -> None:
    """Leave the patched tree in `folder`, on a branch with a commit a step, tagged if the queue applies."""
    name = run.target.name
    refs = {f"refs/heads/{branch_name(name)}": run.commit}
    if run.target.tag_object:
        refs[f"refs/tags/{name}"] = run.target.tag_object
        if run.applies:
            refs[f"refs/tags/{fork_tag(name)}"] = run.commit
    deliver(objects, repository.directory, run.commit, refs, folder)

"""A small fork with a queue of one patch, on a small upstream."""

from __future__ import annotations

from pathlib import Path

from tests.tools.history import History

_FORK = """
[upstream]
url = "{url}"
watch = ["code.go"]
[lane."1.x"]
range = ">=1,<2"
since = "v1.0.0"
branches = ["release-1"]
"""
PATCH = """From: Ada <ada@example.org>
Date: Fri, 5 Jan 2024 12:00:00 +0000
Subject: Say ours
Fork-Reason: Ours is to be said.

diff --git a/code.go b/code.go
--- a/code.go
+++ b/code.go
@@ -2,3 +2,3 @@
 line 2
-line 3
+line 3 ours
 line 4
"""
CODE = "".join(f"line {number}\n" for number in range(1, 11))
THIRD_CHANGED = CODE.replace("line 3", "three")
LAST_CHANGED = CODE.replace("line 10", "ten")


def small_upstream(folder: Path) -> History:
    """Make an upstream with v1.0.0 and v1.1.0, which changed the last line."""
    upstream = History(folder)
    upstream.release("v1.0.0", {"code.go": CODE, "main.go": "package main\n"})
    upstream.commit({"code.go": LAST_CHANGED}, "Spell the last (#7)")
    upstream.release("v1.1.0")
    return upstream


def small_fork(root: Path, upstream: History) -> Path:
    """Make the fork; return its folder of patches."""
    patches = root / "patches"
    patches.mkdir(parents=True)
    (patches / "fork.toml").write_text(_FORK.format(url=upstream.url))
    (patches / "series").write_text("ours.patch\n")
    (patches / "ours.patch").write_text(PATCH)
    return patches

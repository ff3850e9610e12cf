"""The log of one run, read while it is written."""

from __future__ import annotations

import os
from pathlib import Path

from fork_tools.cluster.node.logs.lines import Wanted
from fork_tools.cluster.node.logs.store import RunLog


async def test_a_slow_follower_of_the_tail_misses_nothing(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "0.log")
    os.write(log.output, b"one\ntwo\n")
    assert await anext(log.read(Wanted(), follow=True)) == b"one\n"
    reading = log.read(Wanted(tail_lines=2), follow=True)
    first = await anext(reading)
    os.write(log.output, b"three\n")
    log.close_output()
    await log.complete.wait()
    assert [first, *[text async for text in reading]] == [b"one\n", b"two\n", b"three\n"]

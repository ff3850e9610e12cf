"""The log of one run, read while it is written."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from fork_tools.cluster.node.logs.lines import Wanted
from fork_tools.cluster.node.logs.store import RunLog


async def test_a_slow_follower_of_the_tail_misses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0.log"
    log = RunLog(path)
    os.write(log.output, b"one\ntwo\n")
    while not path.stat().st_size:
        await asyncio.sleep(0)
    reading = log.read(Wanted(tail_lines=2), follow=True)
    first = await anext(reading)
    os.write(log.output, b"three\n")
    log.close_output()
    await log.complete.wait()
    assert [first, *[text async for text in reading]] == [b"one\n", b"two\n", b"three\n"]

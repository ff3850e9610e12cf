"""Where container output goes: one file a run, written while the container runs, and followed by readers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from fork_tools.cluster.node.logs.lines import Wanted, cut, rendered, stored, tail

_READ_BYTES = 65536


class RunLog:
    """The log of one run of a container. It takes output through a pipe until every writer is gone."""

    def __init__(self, path: Path) -> None:
        """Create the file and the pipe; must run in the event loop that serves it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)
        self._path = path
        self._rest = b""
        self._readers: list[asyncio.Future[None]] = []
        self.complete = asyncio.Event()
        self._pipe, self.output = os.pipe()
        os.set_blocking(self._pipe, False)
        asyncio.get_running_loop().add_reader(self._pipe, self._take)

    def close_output(self) -> None:
        """Close our end of the pipe: from now on only the container keeps the log open."""
        os.close(self.output)

    async def read(self, wanted: Wanted, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield the log as `wanted`; with `follow`, go on until the container has ended."""
        left = wanted.limit_bytes
        async for line in self._lines(wanted.tail_lines, follow=follow):
            text = rendered(line, wanted)
            if left is not None:
                text = text[:left]
                left -= len(text)
            if text:
                yield text
            if left == 0:
                return

    async def _lines(self, tail_lines: int | None, *, follow: bool) -> AsyncIterator[bytes]:
        with self._path.open("rb") as file:
            for line in tail(file, tail_lines):
                yield line
            while follow:
                # A reader may be slow, so there may be more already; and nothing comes once the log is complete.
                for line in file:
                    yield line
                if self.complete.is_set():
                    return
                await self._growth()

    async def _growth(self) -> None:
        grown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._readers.append(grown)
        await grown

    def _take(self) -> None:
        output = os.read(self._pipe, _READ_BYTES)
        pieces, self._rest = cut(self._rest + output)
        if not output and self._rest:
            pieces.append(self._rest)
        now = datetime.now(UTC)
        self._file.write(b"".join(stored(piece, now) for piece in pieces))
        if not output:
            asyncio.get_running_loop().remove_reader(self._pipe)
            os.close(self._pipe)
            self._file.close()
            self.complete.set()
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)
        self._readers.clear()


class PodLogs:
    """The logs of one pod's containers, below a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which need not exist."""
        self._folder = folder
        self._runs: dict[str, list[RunLog]] = {}

    def begin(self, container: str) -> RunLog:
        """Open the log of a container's next run."""
        runs = self._runs.setdefault(container, [])
        log = RunLog(self._folder / container / f"{len(runs)}.log")
        runs.append(log)
        return log

    def find(self, container: str, *, previous: bool) -> RunLog | None:
        """Return the log of a container's newest run, or of the one before."""
        runs = self._runs.get(container, [])
        position = len(runs) - (2 if previous else 1)
        return runs[position] if position >= 0 else None

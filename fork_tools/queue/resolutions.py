"""How conflicts were settled before, hunk by hunk (rerere), kept with the queue and holding no file of upstream's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    rb"^<{7} [^\n]*\n(?P<ours>.*?)^\|{7} [^\n]*\n(?P<base>.*?)^={7}\n(?P<theirs>.*?)^>{7} [^\n]*\n",
    re.MULTILINE | re.DOTALL,
)
FOLDER = "resolutions"


@dataclass(frozen=True, slots=True)
class Resolutions:
    """Recorded resolutions: what a conflict's three sides came to, by the digest of the three."""

    known: Mapping[str, bytes]

    def settle(self, conflicted: bytes) -> bytes | None:
        """Put the recorded text into the place of every conflict; None when one of them is not known."""
        keys = [_key(found) for found in _BLOCK.finditer(conflicted)]
        if not keys or any(key not in self.known for key in keys):
            return None
        return _BLOCK.sub(lambda found: self.known[_key(found)], conflicted)


NONE = Resolutions({})


def read_resolutions(patches: Path) -> Resolutions:
    """Read those of a queue: patches/resolutions/DIGEST, one file a conflict."""
    folder = patches / FOLDER
    if not folder.is_dir():
        return NONE
    return Resolutions({file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()})


def learn(conflicted: bytes, resolved: bytes) -> dict[str, bytes]:
    """Find what each conflict of `conflicted` became in `resolved`, by the unchanged text around it.

    Conflicts whose surroundings were edited too are not learnt.
    """
    found = list(_BLOCK.finditer(conflicted))
    learnt: dict[str, bytes] = {}
    at = 0
    for number, block in enumerate(found):
        before = conflicted[found[number - 1].end() if number else 0 : block.start()]
        after = conflicted[block.end() : found[number + 1].start() if number + 1 < len(found) else len(conflicted)]
        if not resolved.startswith(before, at):
            return learnt
        begin = at + len(before)
        last = number + 1 == len(found)
        end = len(resolved) - len(after) if last and resolved.endswith(after) else resolved.find(after, begin)
        if end < begin or (not after and not last):
            return learnt
        learnt[_key(block)] = resolved[begin:end]
        at = end
    return learnt


def _key(block: re.Match[bytes]) -> str:
    digest = hashlib.sha256()
    for side in ("ours", "base", "theirs"):
        text = block[side]
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()

"""Which acceptance cases a test covers: the numbers at the beginning of its name, or of its row's id.

def test_70_84_the_job_succeeds(): ...
pytest.param(..., id="106, 110: Running takes what has not ended")
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

_NAME: Final = re.compile(r"test_((?:\d+_)+)")
_ROW: Final = re.compile(r"(\d+(?:, \d+)*): ")


def numbers_of(node_id: str) -> tuple[int, ...]:
    """Read the numbers of a test from its node id, such as `tests/unit/test_x.py::test_70_y[71: z]`."""
    test, _, row = node_id.partition("[")
    name = _NAME.match(test.rpartition("::")[2])
    title = _ROW.match(row)
    found = [*(name[1].rstrip("_").split("_") if name else ()), *(title[1].split(", ") if title else ())]
    return tuple(dict.fromkeys(map(int, found)))


def group_by_case(node_ids: Iterable[str]) -> Mapping[int, tuple[str, ...]]:
    """Sort tests by the cases they cover; tests without a number are left out."""
    found = defaultdict(list)
    for node_id in node_ids:
        for number in numbers_of(node_id):
            found[number].append(node_id)
    return {number: tuple(found[number]) for number in sorted(found)}

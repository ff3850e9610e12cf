"""What is not urgent is written once for all that changes within a second, and no later."""

from __future__ import annotations

import asyncio

from controller.runtime.postponement import Postponement
from controller.runtime.resources import ObjectKey
from tests.unit.controller.runtime.virtual_time import virtual

JOB, OTHER = ObjectKey("ns", "job"), ObjectKey("ns", "other")


@virtual
async def test_it_is_due_a_second_after_it_was_first_put_off_however_often_it_changes() -> None:
    postponement = Postponement()
    assert postponement.left(JOB) == 1
    await asyncio.sleep(0.75)
    assert postponement.left(JOB) == 0.25
    assert postponement.left(OTHER) == 1
    await asyncio.sleep(0.25)
    assert postponement.left(JOB) == 0


@virtual
async def test_after_a_write_the_next_change_is_put_off_anew() -> None:
    postponement = Postponement()
    postponement.left(JOB)
    await asyncio.sleep(5)
    postponement.forget(JOB)
    assert postponement.left(JOB) == 1

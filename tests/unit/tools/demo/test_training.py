from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fork_tools.demo.training import Training, read_log
from tests.unit.tools.demo.states import DIGEST, log


def test_a_complete_log_is_read_whatever_stands_between_the_lines() -> None:
    noisy = log().replace("epoch 2", "UserWarning: something about numpy\nepoch 2")

    assert read_log(noisy) == Training(epochs=2, loss=0.4113, accuracy=0.95, wanted_accuracy=0.9, weights=DIGEST)


@pytest.mark.parametrize("missing", ["epoch", "final weights", "final accuracy"])
def test_a_log_that_lacks_a_part_tells_no_result(missing: str) -> None:
    lines = [line for line in log().splitlines() if not line.startswith(missing)]

    assert read_log("\n".join(lines)) is None


@pytest.mark.parametrize("loss", ["nan", "inf"])
def test_a_loss_that_ran_away_is_still_read(loss: str) -> None:
    training = read_log(log().replace("0.4113", loss))

    assert training is not None
    assert str(training.loss) == loss


def test_a_number_that_is_none_tells_no_result() -> None:
    assert read_log(log().replace("final accuracy 0.9500", "final accuracy 0.9.5")) is None


@given(st.text())
def test_no_log_at_all_breaks_the_reader(text: str) -> None:
    read_log(text)
    read_log(f"{log()}\n{text}")


@given(st.integers(min_value=0, max_value=len(log()) - 2))
def test_a_log_cut_anywhere_tells_no_result(end: int) -> None:
    assert read_log(log()[:end]) is None or end > log().index("wanted")

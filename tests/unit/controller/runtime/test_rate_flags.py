"""Upstream's flags for the requests to the API server, off unless given."""

from __future__ import annotations

import pytest

from controller.runtime.cli import mxjob_controller
from controller.runtime.flow import RateLimit


@pytest.mark.parametrize(
    ("flags", "limit"),
    [
        pytest.param([], RateLimit(0, 0), id="no limit by default"),
        pytest.param(["--kube-api-qps=20", "--kube-api-burst=30"], RateLimit(20, 30), id="v1.8.1's defaults"),
        pytest.param(["--kube-api-qps", "0.5"], RateLimit(0.5, 0), id="a rate alone"),
    ],
)
def test_rate_flags(flags: list[str], limit: RateLimit) -> None:
    parameters = mxjob_controller.make_context("mxjob-controller", flags).params
    assert RateLimit(parameters["kube_api_qps"], parameters["kube_api_burst"]) == limit


@pytest.mark.parametrize(
    ("limit", "capacity"),
    [
        pytest.param(RateLimit(20, 30), 30, id="as asked for"),
        pytest.param(RateLimit(20), 20, id="what is due in a second"),
        pytest.param(RateLimit(0.1), 1, id="never less than one"),
    ],
)
def test_how_many_requests_go_at_once(limit: RateLimit, capacity: float) -> None:
    assert limit.capacity == capacity

"""Flags that deployments of v1.8.1 pass."""

from __future__ import annotations

from typing import Any

import click
import pytest

from controller.runtime.cli import mxjob_controller
from controller.runtime.http import Address


def parsed(*flags: str) -> dict[str, Any]:
    return mxjob_controller.make_context("mxjob-controller", list(flags)).params


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param((), id="152: without it all kinds are on, and there is one"),
        pytest.param(("--enable-scheme=mxjob",), id="152: as documented"),
        pytest.param(("--enable-scheme=MXJob",), id="152: in any case"),
        pytest.param(("--enable-scheme", "mxjob", "--enable-scheme", "mxjob"), id="152: repeated"),
    ],
)
def test_the_own_kind_may_be_enabled(flags: tuple[str, ...]) -> None:
    assert parsed(*flags) == parsed()


@pytest.mark.parametrize("kind", ["tfjob", "PyTorchJob", "MXNetJob", ""])
def test_152_another_kind_is_refused_with_who_runs_it(kind: str) -> None:
    with pytest.raises(click.BadParameter, match=r"runs MXJobs only, .* run a Training Operator"):
        parsed("--enable-scheme=mxjob", f"--enable-scheme={kind}")


@pytest.mark.parametrize(
    ("flags", "elects"),
    [
        pytest.param((), False, id="off, as in v1.8.1"),
        pytest.param(("--leader-elect",), True, id="on"),
        pytest.param(("--leader-elect=true",), True, id="on, as Go programs take it"),
        pytest.param(("--leader-elect=false",), False, id="off, as Go programs take it"),
        pytest.param(("--leader-elect", "--namespace=ns"), True, id="before another flag"),
    ],
)
def test_156_leader_election_is_asked_for_as_before(flags: tuple[str, ...], elects: bool) -> None:
    given = parsed(*flags, "--leader-election-id=1ca428e5.training-operator.kubeflow.org")
    assert given["leader_elect"] is elects
    assert given["leader_election_id"] == "1ca428e5.training-operator.kubeflow.org"


def test_153_probes_and_metrics_are_where_they_were() -> None:
    flags = parsed()
    assert flags["metrics_bind_address"] == Address("", 8080)
    assert flags["health_probe_bind_address"] == Address("", 8081)

"""The names that dashboards of Go controllers know, and values that follow what happens."""

from __future__ import annotations

import asyncio

import pytest

from controller.runtime.metrics import ControllerMetrics, QueueMetrics
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue
from tests.unit.controller.runtime.virtual_time import now, virtual

KEY = ObjectKey("ns", "job")
QUEUE = {"name": "mxjob-controller"}
CONTROLLER = {"controller": "mxjob-controller"}
COUNTERS = ("created", "deleted", "successful", "failed", "restarted")


def value(metrics: ControllerMetrics, metric: str, /, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(metric, labels)


def test_all_counters_of_a_namespace_begin_at_zero_together() -> None:
    metrics = ControllerMetrics()
    metrics.count_job("failed", "ns")
    counted = {
        name: value(metrics, f"training_operator_jobs_{name}_total", job_namespace="ns", framework="mxnet")
        for name in COUNTERS
    }
    assert counted == dict.fromkeys(COUNTERS, 0) | {"failed": 1}


@pytest.mark.parametrize("result", ["success", "requeue", "requeue_after", "error"])
def test_every_result_is_there_before_it_occurs(result: str) -> None:
    metrics = ControllerMetrics()
    assert value(metrics, "controller_runtime_reconcile_total", result=result, **CONTROLLER) == 0
    with metrics.reconcile() as outcome:
        assert value(metrics, "controller_runtime_active_workers", **CONTROLLER) == 1
        outcome.result = result
    assert value(metrics, "controller_runtime_active_workers", **CONTROLLER) == 0
    assert value(metrics, "controller_runtime_reconcile_total", result=result, **CONTROLLER) == 1
    assert value(metrics, "controller_runtime_reconcile_errors_total", **CONTROLLER) == (result == "error")
    assert value(metrics, "controller_runtime_reconcile_time_seconds_count", **CONTROLLER) == 1


def test_requests_are_told_apart_by_code_method_and_host() -> None:
    metrics = ControllerMetrics()
    metrics.count_request("POST", "201", "api:6443")
    assert value(metrics, "rest_client_requests_total", code="201", method="POST", host="api:6443") == 1


def test_who_leads_is_shown() -> None:
    metrics = ControllerMetrics()
    for leads in (False, True):
        metrics.leads("mxjob-controller", leads)
        assert value(metrics, "leader_election_master_status", **QUEUE) == leads


@virtual
async def test_the_queue_is_shown_as_it_is_at_the_scrape() -> None:
    metrics = ControllerMetrics()
    observer = QueueMetrics(metrics.registry)
    queue: WorkQueue[ObjectKey] = WorkQueue(observer)
    observer.watch(queue, now)
    for name in ("workqueue_adds_total", "workqueue_retries_total"):
        assert value(metrics, name, **QUEUE) == 0, "there from the start"
    queue.add(KEY)
    queue.add(ObjectKey("ns", "other"))
    await asyncio.sleep(2)
    assert value(metrics, "workqueue_depth", **QUEUE) == 2
    await queue.get()
    await asyncio.sleep(3)
    assert value(metrics, "workqueue_depth", **QUEUE) == 1
    assert value(metrics, "workqueue_adds_total", **QUEUE) == 2
    assert value(metrics, "workqueue_queue_duration_seconds_sum", **QUEUE) == 2
    assert value(metrics, "workqueue_unfinished_work_seconds", **QUEUE) == 3
    assert value(metrics, "workqueue_longest_running_processor_seconds", **QUEUE) == 3
    queue.done(KEY)
    queue.add_rate_limited(KEY)
    assert value(metrics, "workqueue_work_duration_seconds_sum", **QUEUE) == 3
    assert value(metrics, "workqueue_longest_running_processor_seconds", **QUEUE) == 0
    assert value(metrics, "workqueue_retries_total", **QUEUE) == 1
    queue.close()

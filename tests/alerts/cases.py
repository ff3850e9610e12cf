"""For each alert, series that are quiet for 20 minutes and then are what the alert is about, in promtool's notation."""

from __future__ import annotations

from typing import Any, Final

QUIET_AT: Final = "19m"
FIRING_AT: Final = "90m"

_JOB: Final = 'job="mxjob-controller"'
_CONTROLLER: Final = 'controller="mxjob-controller"'
_QUEUE: Final = 'name="mxjob-controller"'
_MXNET: Final = 'framework="mxnet",job_namespace="team"'
_REQUESTS: Final = f"rest_client_requests_total{{{_JOB}"


def _rises(quickly: int) -> str:
    """Rise by one a minute, then by `quickly`."""
    return f"0+1x20 20+{quickly}x100"


def _slow_histogram(name: str, labels: str, fast: str, slow: str) -> dict[str, str]:
    """Observe below `fast` at first, then between it and `slow`."""
    return {
        f'{name}_bucket{{{labels},le="{fast}"}}': "0+10x20 200x100",
        f'{name}_bucket{{{labels},le="{slow}"}}': "0+10x20 200+10x100",
        f'{name}_bucket{{{labels},le="+Inf"}}': "0+10x20 200+10x100",
    }


CASES: Final[dict[str, dict[str, str]]] = {
    "MXJobControllerDown": {f'up{{{_JOB},pod="a"}}': "1x20 0x100"},
    "MXJobControllerNoLeader": {
        f'leader_election_master_status{{{_JOB},{_QUEUE},pod="a"}}': "1x20 0x100",
        f'leader_election_master_status{{{_JOB},{_QUEUE},pod="b"}}': "0x120",
    },
    "MXJobControllerSeveralLeaders": {
        f'leader_election_master_status{{{_JOB},{_QUEUE},pod="a"}}': "1x120",
        f'leader_election_master_status{{{_JOB},{_QUEUE},pod="b"}}': "0x20 1x100",
    },
    "MXJobControllerInformerSilent": {
        f'mxjob_informer_silence_seconds{{{_JOB},resource="pods",pod="a"}}': "50x20 60+60x100"
    },
    "MXJobControllerForbidden": {
        f'{_REQUESTS},code="200",method="GET"}}': "0+1x120",
        f'{_REQUESTS},code="403",method="POST"}}': "0+1x120",
        f'{_REQUESTS},code="403",method="GET"}}': "0x20 0+6x100",
    },
    "MXJobControllerRequestsFail": {
        f'{_REQUESTS},code="201",method="POST"}}': "0+60x120",
        f'{_REQUESTS},code="503",method="POST"}}': _rises(20),
    },
    "MXJobControllerThrottled": {f'{_REQUESTS},code="429",method="POST"}}': _rises(120)},
    "MXJobControllerReconcileErrors": {
        f'controller_runtime_reconcile_total{{{_CONTROLLER},result="success"}}': "0+60x120",
        f'controller_runtime_reconcile_total{{{_CONTROLLER},result="error"}}': _rises(20),
        f"controller_runtime_reconcile_errors_total{{{_CONTROLLER}}}": _rises(20),
    },
    "MXJobControllerQueueSlow": _slow_histogram("workqueue_queue_duration_seconds", _QUEUE, "1", "30"),
    "MXJobControllerPassStuck": {
        f'workqueue_longest_running_processor_seconds{{{_QUEUE},pod="a"}}': "2x20 0+60x100",
    },
    "MXJobControllerCacheStale": _slow_histogram("mxjob_cache_staleness_seconds", f'{_JOB},kind="Pod"', "1", "10"),
    "MXJobControllerEventsRefused": {
        f'mxjob_events_dropped_total{{{_JOB},cause="budget"}}': "0+100x120",
        f'mxjob_events_dropped_total{{{_JOB},cause="refused"}}': "0x20 0+2x100",
    },
    "MXJobPodsLate": _slow_histogram("mxjob_time_to_pods_seconds", _JOB, "10", "120"),
    "MXJobsFail": {
        f"training_operator_jobs_failed_total{{{_MXNET}}}": "0x20 0+1x100",
        f"training_operator_jobs_successful_total{{{_MXNET}}}": "0+0.1x120",
    },
    "MXJobsRestart": {f"training_operator_jobs_restarted_total{{{_MXNET}}}": "0x20 0+2x100"},
}


def promtool_tests(rules_file: str) -> dict[str, Any]:
    """Lay the cases out as `promtool test rules` reads them."""
    return {
        "rule_files": [rules_file],
        "evaluation_interval": "1m",
        "tests": [
            {
                "name": alert,
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [_firing(alert, QUIET_AT, 0), _firing(alert, FIRING_AT, 1)],
            }
            for alert, series in CASES.items()
        ],
    }


def _firing(alert: str, at: str, expected: int) -> dict[str, Any]:
    firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)'
    return {"expr": firing, "eval_time": at, "exp_samples": [{"labels": "{}", "value": expected}]}

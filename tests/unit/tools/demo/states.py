"""Pods and job states as the API server would report them."""

from __future__ import annotations

from typing import Any

import msgspec

from controller.api.objects import Pod
from controller.api.status import JobStatus, status_from_raw

DIGEST = "0123456789abcdef" * 4
OTHER_DIGEST = "fedcba9876543210" * 4


def pod(phase: str, *, name: str = "digits-worker-0", terminating: bool = False, **state: dict[str, Any]) -> Pod:
    """Build a pod in `phase`; `state` is its container's, such as `terminated={"exitCode": 1}`."""
    metadata = {"name": name, "uid": f"uid-of-{name}"}
    if terminating:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    status: dict[str, Any] = {"phase": phase}
    if state:
        status["containerStatuses"] = [{"name": "mxnet", "state": state}]
    return msgspec.convert({"metadata": metadata, "status": status}, Pod)


def job(*conditions: tuple[str, str], status: str = "True") -> JobStatus:
    """Build a status from pairs of a condition's type and message."""
    entries = [{"type": kind, "status": status, "reason": f"MXJob{kind}", "message": text} for kind, text in conditions]
    return status_from_raw({"conditions": entries})


def log(*, weights: str = DIGEST, accuracy: float = 0.95) -> str:
    """Write the log of a worker that trained to the end."""
    return "\n".join(
        [
            "rank 0 of 2",
            "epoch 1 loss 1.4483 accuracy 0.8516",
            f"epoch 2 loss 0.4113 accuracy {accuracy:.4f}",
            f"final weights sha256 {weights}",
            f"final accuracy {accuracy:.4f} wanted 0.9000",
            "",
        ]
    )

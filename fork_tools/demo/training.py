"""What a worker of an example says about its training, read from its log."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EPOCH = re.compile(r"^epoch (?P<epoch>\d+) loss (?P<loss>\S+) accuracy (?P<accuracy>\S+)$", re.MULTILINE)
_WEIGHTS = re.compile(r"^final weights sha256 (?P<digest>[0-9a-f]{64})$", re.MULTILINE)
_ACCURACY = re.compile(r"^final accuracy (?P<reached>[0-9.]+) wanted (?P<wanted>[0-9.]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Training:
    """How one worker's training ended.

    `loss` is that of the last epoch; `accuracy` and `wanted_accuracy` are shares between 0 and 1 on the test data;
    `weights` is the SHA-256 of the final weights in hexadecimal.
    """

    epochs: int
    loss: float
    accuracy: float
    wanted_accuracy: float
    weights: str


def read_log(log: str) -> Training | None:
    """Read how the training ended, or None when the log ends before it did."""
    epochs = list(_EPOCH.finditer(log))
    weights, accuracy = _WEIGHTS.search(log), _ACCURACY.search(log)
    if not epochs or weights is None or accuracy is None:
        return None
    try:
        return Training(
            epochs=int(epochs[-1]["epoch"]),
            loss=float(epochs[-1]["loss"]),
            accuracy=float(accuracy["reached"]),
            wanted_accuracy=float(accuracy["wanted"]),
            weights=weights["digest"],
        )
    except ValueError:
        return None

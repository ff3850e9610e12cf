"""How a job's children are called, and how replica types are spelt (spec §1.4, §2.2)."""

from __future__ import annotations

from typing import Final

from controller.api.constants import REPLICA_TYPES

_CANONICAL: Final = {replica_type.lower(): replica_type for replica_type in REPLICA_TYPES}


def canonical_type(key: str) -> str | None:
    """Give the canonical spelling of a known replica type, however `key` is cased; None for an unknown type (B45)."""
    return _CANONICAL.get(key.lower())


def child_name(job_name: str, replica_type: str, index: int) -> str:
    """Name the pod, and the service of the same name, of one replica."""
    return f"{job_name}-{replica_type.lower()}-{index}".replace("/", "-")

"""What the process was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.reconcile.settings import Settings
from controller.runtime.flow import NO_LIMIT, RateLimit
from controller.runtime.http import Address
from controller.runtime.leader_election import Election


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every flag, parsed. An empty namespace means all; no address means not to listen; no election, to lead always."""

    kubeconfig: Path | None
    namespace: str
    metrics_address: Address | None
    probe_address: Address | None
    workers: int
    settings: Settings
    election: Election | None = None
    rate_limit: RateLimit = NO_LIMIT
    ignore_other_controllers: bool = False
    webhook_address: Address | None = None
    webhook_certificate: Path | None = None

"""The control plane of tests/cluster, under other circumstances."""

from __future__ import annotations

from tests.cluster.conftest import cluster, here, kube, namespace, pod_groups

__all__ = ["cluster", "here", "kube", "namespace", "pod_groups"]

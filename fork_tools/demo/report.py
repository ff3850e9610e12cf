"""What is printed at the end: the result as a table, and how to look around in what was left up."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from controller.api.constants import LABEL_REPLICA_TYPE, WORKER
from fork_tools.cluster.lifecycle import Cluster
from fork_tools.demo.example import Example
from fork_tools.demo.verdict import Verdict

_COUNTS = {1: "the worker holds", 2: "both workers hold the same"}


def result_lines(example: Example, verdict: Verdict, seconds: float) -> Iterator[str]:
    """Lay out what each worker reached; `seconds` is how long the job took from its creation to its end."""
    yield f"job {example.job} Succeeded after {seconds:.1f} s"
    width = max(map(len, verdict.trainings), default=0)
    yield f"  {'worker':<{width}}  epochs  loss    accuracy  weights (sha256)"
    for pod, training in verdict.trainings.items():
        results = f"{training.epochs:<6}  {training.loss:<6.4f}  {training.accuracy:<8.4f}"
        yield f"  {pod:<{width}}  {results}  {training.weights[:16]}…"
    if verdict.weights is not None:
        workers = len(verdict.trainings)
        yield f"{_COUNTS.get(workers, f'all {workers} workers hold the same')} weights (sha256 {verdict.weights})"


def looking_around(cluster: Cluster, example: Path, mxfork: str) -> Iterator[str]:
    """Name the commands for a cluster that was left up with the example in that folder; `mxfork` is how to call us."""
    yield "the cluster is still up; look around:"
    kubeconfig, programs, folder, logs, manifests = (
        shlex.quote(str(path))
        for path in (cluster.kubeconfig, cluster.kubectl.parent, cluster.directory, cluster.logs, example)
    )
    yield f"  export KUBECONFIG={kubeconfig} PATH={programs}:$PATH"
    yield "  kubectl get nodes,mxjobs,pods,services"
    yield "  kubectl describe mxjobs"
    yield f"  kubectl logs --selector {LABEL_REPLICA_TYPE}={WORKER.lower()} --prefix"
    yield f"  kubectl delete -k {manifests} && kubectl apply -k {manifests}    # trains again"
    yield f"  less {logs}/mxjob-controller.log"
    yield "and when you have seen enough:"
    yield f"  {shlex.quote(mxfork)} cluster down --dir {folder}"

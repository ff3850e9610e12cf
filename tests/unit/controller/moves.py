"""What may happen to a job between two passes: its pods, its owner and its cluster each make their moves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
from hypothesis import strategies as st

from controller.api.constants import LABEL_REPLICA_INDEX
from controller.api.objects import PodGroupStatus
from tests.unit.controller.model import ModelCluster

Move = Callable[[ModelCluster], None]

ANY_TYPE = st.sampled_from(["Scheduler", "Server", "Worker"])
ANY_PODS = st.sampled_from(["", "scheduler", "server", "worker", "worker-0", "worker-1", "tuner"])
EXIT_CODES = st.sampled_from([0, 1, 127, 128, 137])
INDEX_LABELS = st.sampled_from(["-1", "x", "0", "7", "2147483647"])
RARELY = st.sampled_from([False, False, False, True])
CLEAN_POLICIES = st.sampled_from(["All", "Running", "None", "none"])
PHASES = st.sampled_from(["", "Pending", "Inqueue", "Running"])


def chosen(cluster: ModelCluster, part: str) -> list[str]:
    return [name for name in cluster.pods if part in name]


def run(cluster: ModelCluster, part: str, restarts: int) -> None:
    for name in chosen(cluster, part):
        if cluster.pods[name].status.phase in {"Pending", "Running"}:
            cluster.play(name, "Running", restarts=restarts)


def everything_runs(cluster: ModelCluster) -> None:
    place_gang(cluster, "Running")
    cluster.settle()
    run(cluster, "", 0)


def end(cluster: ModelCluster, part: str, exit_code: int) -> None:
    for name in chosen(cluster, part):
        if cluster.pods[name].status.phase in {"Pending", "Running"}:
            cluster.play(name, "Failed" if exit_code else "Succeeded", exit_code)


def evict(cluster: ModelCluster, part: str) -> None:
    for name in chosen(cluster, part):
        cluster.play(name, "Failed", reason="Evicted")


def delete(cluster: ModelCluster, part: str) -> None:
    for name in chosen(cluster, part):
        cluster.delete_pod(name)


def vanish(cluster: ModelCluster, part: str) -> None:
    for name in chosen(cluster, part):
        del cluster.pods[name]
        cluster.services.pop(name, None)


def mislabel(cluster: ModelCluster, part: str, index: str) -> None:
    for name in chosen(cluster, part):
        item = cluster.pods[name]
        labels = item.metadata.labels | {LABEL_REPLICA_INDEX: index}
        metadata = msgspec.structs.replace(item.metadata, labels=labels)
        cluster.pods[name] = msgspec.structs.replace(item, metadata=metadata)


def scale(cluster: ModelCluster, replica_type: str, replicas: int) -> None:
    if cluster.job and replica_type in cluster.job["spec"]["mxReplicaSpecs"]:
        cluster.edit({"spec": {"mxReplicaSpecs": {replica_type: {"replicas": replicas}}}})


def drop_type(cluster: ModelCluster, replica_type: str) -> None:
    cluster.edit({"spec": {"mxReplicaSpecs": {replica_type: None}}})


def set_policy(cluster: ModelCluster, field: str, value: object) -> None:
    cluster.edit({"spec": {"runPolicy": {field: value}}})


def wait(cluster: ModelCluster, seconds: int) -> None:
    cluster.pass_time(seconds=seconds)


def take_names(cluster: ModelCluster, part: str) -> None:
    for name in cluster.services:
        if part in name and name not in cluster.pods:
            cluster.take_name(name)


def free_names(cluster: ModelCluster) -> None:
    others = [
        name for name, pod in cluster.pods.items() if (owner := pod.metadata.controller) and owner.kind != "MXJob"
    ]
    for name in others:
        del cluster.pods[name]


def refuse(cluster: ModelCluster, part: str, how: str) -> None:
    cluster.refuse(f"*{part}*", "no", **{how: True})


def allow(cluster: ModelCluster) -> None:
    cluster.refusals.clear()


def lose_pod_groups(cluster: ModelCluster, why: str) -> None:
    cluster.pod_groups_unavailable = why


def place_gang(cluster: ModelCluster, phase: str) -> None:
    for name, group in cluster.pod_groups.items():
        cluster.pod_groups[name] = msgspec.structs.replace(group, status=PodGroupStatus(phase))


def _move(function: Callable[..., None], **arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Move]:
    return st.builds(partial, st.just(function), **arguments)


MOVES: st.SearchStrategy[Move] = st.one_of(
    st.just(everything_runs),
    st.just(everything_runs),
    _move(run, part=ANY_PODS, restarts=st.integers(0, 2)),
    _move(end, part=ANY_PODS, exit_code=EXIT_CODES),
    _move(evict, part=ANY_PODS),
    _move(delete, part=ANY_PODS),
    st.just(ModelCluster.reap),
    _move(vanish, part=ANY_PODS),
    _move(mislabel, part=ANY_PODS, index=INDEX_LABELS),
    _move(scale, replica_type=ANY_TYPE, replicas=st.integers(-1, 3)),
    _move(drop_type, replica_type=ANY_TYPE),
    _move(set_policy, field=st.just("suspend"), value=RARELY),
    _move(set_policy, field=st.just("cleanPodPolicy"), value=CLEAN_POLICIES),
    _move(wait, seconds=st.integers(0, 40)),
    _move(place_gang, phase=PHASES),
    _move(take_names, part=ANY_PODS),
    st.just(free_names),
    _move(refuse, part=ANY_PODS, how=st.sampled_from(["permanent", "transient"])),
    st.just(allow),
    _move(lose_pod_groups, why=st.sampled_from(["", "no CRD"])),
)

"""What a pod does next: which containers start now, and in which phase that leaves it (the kubelet's rules)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fork_tools.cluster.node.pod.manifest import Container, PodSpec
from fork_tools.cluster.node.pod.states import ContainerRecord, Running, Terminated, Waiting

LONGEST_BACK_OFF = timedelta(seconds=300)
LONGEST_PAUSE = timedelta(seconds=10)
_BACK_OFF_FORGOTTEN_AFTER = 2 * LONGEST_BACK_OFF

Records = Mapping[str, ContainerRecord]


@dataclass(frozen=True, slots=True)
class Step:
    """Containers to start now; and when to look again although nothing happened."""

    start: tuple[Container, ...] = ()
    wake: datetime | None = None


def next_step(spec: PodSpec, records: Records, now: datetime) -> Step:
    """Decide what to start at `now`: init containers one after the other, then all others together."""
    for container in spec.init_containers:
        record = records[container.name]
        if is_sidecar(container):
            if isinstance(record.state, Running) or record.ended is not None:
                continue
        elif isinstance(record.state, Terminated) and record.state.exit_code == 0:
            continue
        return _starting((container,), records, now)
    sidecars = tuple(filter(is_sidecar, spec.init_containers))
    return _starting((*sidecars, *spec.containers), records, now)


def _starting(containers: tuple[Container, ...], records: Records, now: datetime) -> Step:
    waiting = [(each, state) for each in containers if isinstance(state := records[each.name].state, Waiting)]
    due = tuple(each for each, state in waiting if state.not_before is None or state.not_before <= now)
    later = [state.not_before for _, state in waiting if state.not_before is not None and state.not_before > now]
    return Step(start=due, wake=min(later, default=None))


def phase(spec: PodSpec, records: Records, *, over: bool = False) -> str:
    """Sum a pod up: Pending, Running, Succeeded or Failed; one of the last two if it is `over`, that is, stopped."""
    if over:
        ends = [records[each.name].ended for each in spec.containers]
        return "Succeeded" if all(end is not None and end.exit_code == 0 for end in ends) else "Failed"
    for container in spec.init_containers:
        if not is_sidecar(container) and not _initialized(records[container.name]):
            ended = records[container.name].ended
            return "Failed" if ended is not None and not may_restart(spec, container, ended) else "Pending"
    own = [(each, records[each.name]) for each in spec.containers]
    if any(isinstance(record.state, Waiting) and record.last is None for _, record in own):
        return "Pending"
    if any(record.ended is None or may_restart(spec, each, record.ended) for each, record in own):
        return "Running"
    return phase(spec, records, over=True)


def initialized(spec: PodSpec, records: Records) -> bool:
    """Tell whether every init container has done its work."""
    return all(
        record.restarts > 0 or record.ended is not None or isinstance(record.state, Running)
        if is_sidecar(container)
        else _initialized(record)
        for container in spec.init_containers
        for record in (records[container.name],)
    )


def _initialized(record: ContainerRecord) -> bool:
    return isinstance(record.state, Terminated) and record.state.exit_code == 0


def is_sidecar(container: Container) -> bool:
    """Tell whether an init container stays beside the others (its own restartPolicy is Always)."""
    return container.restart_policy == "Always"


def may_restart(spec: PodSpec, container: Container, ended: Terminated) -> bool:
    """Apply the restart policy to a container that has ended; init containers restart only after a failure."""
    if is_sidecar(container):
        return True
    if container in spec.init_containers:
        return ended.exit_code != 0 and spec.restart_policy != "Never"
    if spec.restart_policy == "OnFailure":
        return ended.exit_code != 0
    return spec.restart_policy == "Always"


def after_end(record: ContainerRecord, ended: Terminated, *, restart: bool, back_off: timedelta) -> ContainerRecord:
    """Follow the end of a run: the state to show, and when the next run may start.

    The first restart comes at once, the next after `back_off`, then after twice as long each time up to five minutes;
    a run that outlasted ten minutes starts over.
    """
    if not restart:
        return replace(record, state=ended)
    ran = ended.finished - ended.started if ended.started is not None else timedelta(0)
    crashes = 1 if ran > _BACK_OFF_FORGOTTEN_AFTER else record.crashes + 1
    wait = _delay(crashes - 1, back_off)
    text = f"back-off {wait.total_seconds():g}s restarting failed container"
    crashed = Waiting("CrashLoopBackOff", text, ended.finished + wait)
    return replace(record, state=crashed, last=ended, crashes=crashes)


def after_refusal(record: ContainerRecord, why: Waiting, now: datetime, back_off: timedelta) -> ContainerRecord:
    """Follow a container that could not be created: keep waiting, for the reason `why`, and soon try again."""
    refusals = record.refusals + 1
    pause = min(_delay(refusals, back_off), LONGEST_PAUSE)
    return replace(record, state=replace(why, not_before=now + pause), refusals=refusals)


def _delay(failures: int, back_off: timedelta) -> timedelta:
    return min(back_off * 2 ** min(failures - 1, 30), LONGEST_BACK_OFF) if failures > 0 else timedelta(0)

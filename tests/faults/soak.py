"""`make soak`: jobs come, fail, are suspended, scaled and go, for as long as asked; the controller must not grow.

Ends with exit code 1 when its memory or its open files grow, when a job is not served any more, or when it writes
although nothing changes.
"""

from __future__ import annotations

import itertools
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from fork_tools.cluster.assets import find_assets
from fork_tools.cluster.lifecycle import Cluster, down, up
from tests.cluster.controller_process import ControllerProcess, running
from tests.cluster.kube import CORE, Kube, Namespace, RefusedError
from tests.cluster.mxjobs import mxjob, replicas
from tests.cluster.waiting import wait_until

NAMESPACE: Final = "soak"
CHURNERS: Final = 4
LOOK_EVERY: Final = 20.0
# Of the first look, when everything was in use once; allocators need some room.
MAY_GROW_BY: Final = 1.2
_names = (f"job-{number}" for number in itertools.count(1))


@dataclass(frozen=True, slots=True)
class Look:
    """What the controller used at a moment."""

    minute: float
    rss_mib: float
    open_files: int
    jobs: int

    def __str__(self) -> str:
        return f"{self.minute:6.1f} min  {self.jobs:6d} jobs  {self.rss_mib:6.1f} MiB  {self.open_files:4d} files"


def live(here: Namespace, name: str, chance: random.Random) -> None:
    """Play one job's life to its end, and see that nothing is left of it."""
    policy = chance.choice(["Never", "OnFailure", "ExitCode"])
    run_policy = {"cleanPodPolicy": "All", "ttlSecondsAfterFinished": 0}
    workers = replicas(replicas=chance.randint(1, 4), restartPolicy=policy)
    here.create_job(mxjob(name, run_policy=run_policy, Scheduler=replicas(), Worker=workers))
    wait_until(lambda: {f"{name}-scheduler-0", f"{name}-worker-0"} <= {*pods_of(here, name)}, within=120)
    match chance.randrange(4):
        case 0:
            here.patch_job(name, {"spec": {"runPolicy": {"suspend": True}}})
            wait_until(lambda: here.conditions(name).get("Suspended") == "True", within=120)
            here.delete_job(name, propagationPolicy="Background")
        case 1:
            here.patch_job(name, {"spec": {"mxReplicaSpecs": {"Worker": {"replicas": 5}}}})
            wait_until(lambda: len(pods_of(here, name)) == 6, within=120)
            here.delete_job(name, propagationPolicy="Background")
        case 2:
            here.play(f"{name}-worker-0", "Failed", exit_code=1)
            wait_until(
                lambda: bool({"Failed", "Restarting"} & conditions(here, name)) or not conditions(here, name),
                within=120,
            )
            if "Restarting" in conditions(here, name):
                here.delete_job(name, propagationPolicy="Background")
        case _:
            here.play(f"{name}-scheduler-0", "Succeeded", exit_code=0)
    wait_until(lambda: not pods_of(here, name) and not conditions(here, name), within=180, otherwise=lambda: name)


def conditions(here: Namespace, name: str) -> set[str]:
    """Return the conditions that are true; the job counts as one, and there are none when it is gone."""
    try:
        return {"", *(kind for kind, state in here.conditions(name).items() if state == "True")}
    except RefusedError as error:
        if error.status != 404:
            raise
        return set()


def pods_of(here: Namespace, name: str) -> list[str]:
    """Name the pods of a job."""
    found = here.kube.items(
        f"{CORE}/namespaces/{here.name}/pods", labelSelector=f"training.kubeflow.org/job-name={name}"
    )
    return [pod["metadata"]["name"] for pod in found]


def look(controller: ControllerProcess, began: float, jobs: int) -> Look:
    """Measure the controller."""
    process = Path(f"/proc/{controller.process.pid}")
    match = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text(encoding="ascii"))
    assert match is not None
    files = sum(1 for _ in (process / "fd").iterdir())
    return Look((time.monotonic() - began) / 60, int(match.group(1)) / 1024, files, jobs)


def churn(here: Namespace, controller: ControllerProcess, minutes: float, seed: int) -> list[Look]:
    """Let jobs come and go for so long."""
    began = time.monotonic()
    limit = began + minutes * 60
    lived = itertools.count(1)
    done = 0

    def lives(chance: random.Random) -> None:
        nonlocal done
        while time.monotonic() < limit:
            live(here, next(_names), chance)
            done = next(lived)

    looks: list[Look] = []
    with ThreadPoolExecutor(CHURNERS) as pool:
        churners = [pool.submit(lives, random.Random(f"{seed} {number}")) for number in range(CHURNERS)]  # noqa: S311
        while not all(each.done() for each in churners):
            time.sleep(LOOK_EVERY)
            looks.append(look(controller, began, done))
            click.echo(looks[-1])
        for each in churners:
            each.result()
    return looks


def complaints(looks: list[Look]) -> Iterator[str]:
    """Tell what has grown since everything was in use once."""
    settled = looks[len(looks) // 4 :]
    first, last = settled[0], settled[-1]
    if last.rss_mib > first.rss_mib * MAY_GROW_BY:
        yield f"memory grew from {first.rss_mib:.1f} to {last.rss_mib:.1f} MiB"
    if last.open_files > first.open_files + CHURNERS * 4:
        yield f"open files grew from {first.open_files} to {last.open_files}"


def serves_and_rests(here: Namespace, controller: ControllerProcess) -> Iterator[str]:
    """See that the cache still is what the API server holds: a new job is served, and then nothing is written."""
    here.create_job(mxjob("last"))
    wait_until(lambda: pods_of(here, "last") == ["last-worker-0"])
    wait_until(lambda: controller.idle() and here.conditions("last") == {"Created": "True"})
    before = controller.writes()
    time.sleep(10)
    if controller.writes() != before:
        yield f"{controller.writes() - before:.0f} writes although nothing changed"
    uid = here.pods()["last-worker-0"]["metadata"]["uid"]
    here.delete_pod("last-worker-0")
    wait_until(lambda: here.conditions("last").get("Failed") == "True" or bool(pods_of(here, "last")))
    if any(pod["metadata"]["uid"] == uid for pod in here.pods().values()):
        yield "a pod that was deleted is still there"


@contextmanager
def control_plane() -> Iterator[Cluster]:
    """Run a control plane in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        yield up(Path(scratch) / "cluster", assets=find_assets(), tied_to_parent=True)
        down(Path(scratch) / "cluster")


@click.command()
@click.option("--minutes", type=float, default=30, show_default=True, help="Let jobs come and go for so long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Choose which lives they have.")
def main(minutes: float, seed: int) -> None:
    """Soak the controller, for example for five minutes: python -m tests.faults.soak --minutes 5."""
    with control_plane() as cluster:
        kube = Kube(cluster.kubeconfig)
        kube.request("POST", f"{CORE}/namespaces", {"metadata": {"name": NAMESPACE}})
        here = kube.in_namespace(NAMESPACE)
        with running(f"--kubeconfig={cluster.kubeconfig}", f"--namespace={NAMESPACE}") as controller:
            controller.wait_until_ready()
            looks = churn(here, controller, minutes, seed)
            found = [*complaints(looks), *serves_and_rests(here, controller)]
            code = controller.stop()
            if code:
                found.append(f"it ended with exit code {code}")
            if "Traceback" in controller.log:
                found.append("a traceback was logged")
        kube.close()
    click.echo("\n".join(found) or f"all well after {looks[-1].jobs} jobs")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

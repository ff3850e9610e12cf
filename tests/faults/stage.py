"""Where a scenario is played: one namespace, its jobs, and the part of the kubelet and the user."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from fork_tools.compat.conformance.snapshot import differences, snapshot
from fork_tools.compat.conformance.stage import Stage as View
from tests.cluster.gateway import Write
from tests.cluster.kube import Namespace, Object, RefusedError
from tests.cluster.waiting import wait_until

JOB = "job"
_CHANGES = {"Created", "Running", "Restarting", "Succeeded", "Failed", "Suspended", "Resumed"}


class Stage:
    """Every step waits until the world is as it needs it, so that it may be played while controllers come and go."""

    def __init__(self, here: Namespace, view: View, story: Callable[[], str]) -> None:
        """`view` is of the same namespace; `story` is told when a step waits in vain."""
        self.here = here
        self._view = view
        self._story = story
        self._job: Object = {}

    def begin(self, job: Object) -> None:
        """Create the job."""
        self._job = job
        self.here.create_job(job)

    def pods(self, *names: str) -> None:
        """Wait until exactly these pods are there and stay; names are without that of the job."""
        wanted = {f"{JOB}-{name}" for name in names}
        self._wait(lambda: set(self._standing()) == wanted and set(self.here.services()) >= wanted, f"pods {names}")

    def play(self, pattern: str, phase: str, exit_code: int | None = None, reason: str = "") -> None:
        """Give pods a phase, as a kubelet does."""
        self.here.play(f"{JOB}-{pattern}", phase, exit_code=exit_code, reason=reason)

    def reach(self, condition: str) -> None:
        """Wait until a condition is true."""
        self._wait(lambda: self.here.conditions(JOB).get(condition) == "True", condition)

    def counts(self, condition: Callable[[Object], bool], what: str) -> None:
        """Wait until the status holds what is told."""
        self._wait(lambda: condition(self.here.job(JOB).get("status", {})), what)

    def change(self, patch: Object) -> None:
        """Change the job, as a user does."""
        self.here.patch_job(JOB, patch)

    def replaced(self, name: str, before: str) -> None:
        """Wait until a pod is there whose uid is not `before`, while the old one is taken away as by a kubelet."""

        def is_new() -> bool:
            self.reap()
            pod = self.here.pods().get(f"{JOB}-{name}")
            return pod is not None and pod["metadata"]["uid"] != before

        self._wait(is_new, f"a new {name}")

    def uid(self, name: str) -> str:
        """Return the uid of a pod."""
        return str(self.here.pods()[f"{JOB}-{name}"]["metadata"]["uid"])

    def reap(self) -> None:
        """Take away the pods that are to end, as a kubelet does."""
        for name, pod in self.here.pods().items():
            if "deletionTimestamp" in pod["metadata"]:
                self.delete_pod(name.removeprefix(f"{JOB}-"))

    def delete_pod(self, name: str) -> None:
        """Take away a pod at once."""
        try:
            self.here.delete_pod(f"{JOB}-{name}")
        except RefusedError as error:
            if error.status != 404:
                raise

    def only(self, *names: str) -> None:
        """Wait until these pods and services are left, taking away those that are to end."""
        wanted = {f"{JOB}-{name}" for name in names}

        def is_so() -> bool:
            self.reap()
            return set(self.here.pods()) == wanted == set(self.here.services())

        self._wait(is_so, f"only {names}")

    def gone(self) -> None:
        """Wait until nothing of the job is left."""

        def is_so() -> bool:
            self.reap()
            return not self.here.jobs() and not self.here.pods() and not self.here.services()

        self._wait(is_so, "nothing")

    def schedule(self) -> None:
        """Let the PodGroup run, as a gang scheduler does."""
        self._wait(lambda: any(True for _ in self._view.pod_groups()), "a PodGroup")
        self._view.set_pod_groups("Running")

    def outcome(self) -> Object:
        """Look at the whole, without what differs from one run to the next."""
        seen = snapshot(self._view, self._job)
        status: Object = next((job.get("status", {}) for job in self.here.jobs()), {})
        restarts = status.get("restarts") or {}
        seen["restarts"] = {key: len(each) if isinstance(each, list) else each for key, each in restarts.items()}
        seen["events"] = dict(self._changes_told())
        return seen

    def settled(self, *, looks: int = 6) -> Object:
        """Wait until nothing changes any more, and return what it came to."""
        seen: list[Object] = []

        def quiet() -> bool:
            now = self.outcome()
            if seen and seen[-1] != now:
                seen.clear()
            seen.append(now)
            return len(seen) >= looks

        self._wait(quiet, "quiet")
        return seen[-1]

    def comes_to(self, expected: Object) -> None:
        """Wait until the outcome is `expected`, and see that it stays; events may have been lost, not repeated."""
        wanted = {key: each for key, each in expected.items() if key != "events"}
        found: list[str] = []

        def is_so() -> bool:
            found[:] = differences(wanted, {key: each for key, each in self.outcome().items() if key != "events"})
            return not found

        wait_until(is_so, otherwise=lambda: "\n".join([*found, self._story()]))
        after = self.settled(looks=3)
        assert is_so(), found
        for reason, count in after["events"].items():
            assert count <= expected["events"].get(reason, 0), f"{reason} was told {count} times\n{self._story()}"

    def _changes_told(self) -> Counter[str]:
        told: Counter[str] = Counter()
        for event in self.here.events(JOB):
            if event["reason"].removeprefix("MXJob") in _CHANGES:
                told[event["reason"]] += event.get("count", 1)
        return told

    def _standing(self) -> list[str]:
        return [name for name, pod in self.here.pods().items() if "deletionTimestamp" not in pod["metadata"]]

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(
            condition,
            within=40,
            otherwise=lambda: f"waiting for {what}: {self.here.jobs()[:1]} {sorted(self.here.pods())}\n{self._story()}",
        )


def made(writes: Sequence[Write]) -> Counter[str]:
    """Count the children that were created, by kind and name."""
    created = (write for write in writes if write.method == "POST" and write.status == 201)
    return Counter(_name(write.body) for write in created if not write.path.endswith("/events"))


def _name(body: bytes) -> str:
    answer: dict[str, Any] = json.loads(body)
    return f"{answer['kind']}/{answer['metadata']['name']}"

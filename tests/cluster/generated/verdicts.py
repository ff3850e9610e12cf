"""What became of a generated job, and whether somebody who sent it would know why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from controller.api.validation import validate
from tests.cluster.generated.breakages import Candidate
from tests.cluster.generated.sending import Answer, View
from tests.cluster.generated.shapes import Object

# What the CRD cannot judge: the sum over all types, whose cost the API server would not allow.
CONTROLLER_ONLY: Final = re.compile(r"every type has 0 replicas|replicas are too many")


class Verdict(StrEnum):
    """The ways in which sending a job may end."""

    REFUSED = "refused by the API server"
    INVALID = "Invalid"
    SUSPENDED = "Suspended"
    SERVED = "served"
    BLOCKED = "Blocked"
    ENDED = "ended by its deadline"
    EXPIRED = "deleted after its end"
    ELSEWHERE = "left to another controller"


class UnexplainedError(Exception):
    """What became of a job is not what it should be, or nobody said why."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A job and what the API server answered."""

    candidate: Candidate
    answer: Answer

    @property
    def accepted(self) -> bool:
        """Whether it was stored."""
        return self.answer.status == 201

    @property
    def name(self) -> str:
        """Return the name of a job that was accepted."""
        return str(self.answer.body["metadata"]["name"])

    def __str__(self) -> str:
        sent = json.dumps(self.candidate.job)
        return f"{sent[:3000]}\n    touched at {self.candidate.touched}\n    answer: {str(self.answer)[:2000]}"


def judge_admission(sent: Sent, *, by_schema: bool) -> None:
    """Raise UnexplainedError when the API server's answer is not the right one; `by_schema` means that the CRD judges.

    A plausible job is accepted. A refusal names a field that was broken. Whatever is left out of what is stored is
    warned of. What the CRD accepts is valid for the controller too, except for what the CRD cannot judge.
    """
    if not sent.accepted:
        _require(sent.answer.status in (400, 422), f"answered {sent.answer.status}")
        _require(any(_names(sent.answer.body, path) for path in sent.candidate.touched), "no broken field is named")
        return
    stored = sent.answer.body
    if by_schema:
        lost = [
            path for path in _lost(sent.candidate.job, stored) if path.rpartition(".")[2] not in sent.answer.warnings
        ]
        _require(not lost, f"left out without a warning: {lost}")
        problems = [problem for problem in validate(stored) if not CONTROLLER_ONLY.search(problem)]
        _require(not problems, f"the CRD accepts what the controller does not: {problems}")


def verdict(sent: Sent, view: View) -> Verdict:
    """Say what became of a job; raises UnexplainedError when that is not what it should be."""
    if not sent.accepted:
        return Verdict.REFUSED
    job = view.jobs.get(sent.name)
    stored = job or sent.answer.body
    policy = _run_policy(stored)
    wanted = _children(stored)
    pods, services = wanted & view.pods, wanted & view.services
    if job is None:
        may_expire = policy.get("activeDeadlineSeconds") == 0 and policy.get("ttlSecondsAfterFinished") == 0
        _require(may_expire and not pods and not services, "the job has gone")
        return Verdict.EXPIRED
    conditions = _conditions(job)
    if isinstance(policy.get("managedBy"), str) and policy["managedBy"] != "kubeflow.org/training-operator":
        _require(not conditions and not pods, "it is for another controller")
        return Verdict.ELSEWHERE
    _require(next(iter(conditions), "") == "Created", f"not served: {list(conditions)}")
    problems = validate(stored)
    if problems:
        _require(list(conditions) == ["Created", "Invalid"], f"invalid, yet {list(conditions)}: {problems}")
        # Long ones are told by their ends.
        _require(problems[0][:300] in conditions["Invalid"]["message"], f"not told: {problems[0]}")
        _require(not pods and not services, "an invalid job has children")
        return Verdict.INVALID
    if policy.get("suspend"):
        _require(list(conditions) == ["Created", "Suspended"], f"suspended, yet {list(conditions)}")
        _require(not pods and not services, "a suspended job has children")
        return Verdict.SUSPENDED
    if policy.get("activeDeadlineSeconds") == 0:
        _require(conditions.get("Failed", {}).get("reason") == "MXJobFailed", f"no deadline: {list(conditions)}")
        return Verdict.ENDED
    _require(list(conditions)[1:] in ([], ["Blocked"]), f"odd conditions: {conditions}")
    missing = [("pods", wanted - pods), ("services", wanted - services)]
    if "Blocked" in conditions:
        _require(any(names for _, names in missing), f"nothing is missing: {conditions['Blocked']}")
        for _, names in missing:
            _require_told(stored, names, conditions["Blocked"]["message"])
        return Verdict.BLOCKED
    _require(not any(names for _, names in missing), f"missing, and nobody says why: {missing}")
    return Verdict.SERVED


def _conditions(job: Object) -> dict[str, Object]:
    """Return the conditions by type, none when somebody has written something else in their place."""
    conditions = (job.get("status") or {}).get("conditions")
    if not isinstance(conditions, list) or not all(isinstance(each, dict) for each in conditions):
        return {}
    return {str(each.get("type")): each for each in conditions}


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise UnexplainedError(otherwise)


def _require_told(stored: Object, missing: frozenset[str], message: str) -> None:
    """Require that the first missing one of each replica type is named; a message names no more than five types."""
    name = stored["metadata"]["name"]
    for replica_type in stored["spec"]["mxReplicaSpecs"]:
        first = next((each for each in _replicas(name, replica_type, stored) if each in missing), None)
        _require(
            first is None or first in message or " more" in message, f"not told why there is no {first}: {message}"
        )


def _run_policy(stored: Object) -> Object:
    spec = stored.get("spec")
    policy = spec.get("runPolicy") if isinstance(spec, dict) else None
    return policy if isinstance(policy, dict) else {}


def _children(stored: Object) -> frozenset[str]:
    """Name the pods (and services) that a valid job asks for, and those that an invalid one seems to ask for."""
    spec = stored.get("spec")
    types = spec.get("mxReplicaSpecs") if isinstance(spec, dict) else None
    name = stored["metadata"]["name"]
    return frozenset(
        child
        for replica_type in (types if isinstance(types, dict) else ())
        for child in _replicas(name, replica_type, stored)
    )


def _replicas(name: str, replica_type: str, stored: Object) -> list[str]:
    spec = stored["spec"]["mxReplicaSpecs"][replica_type]
    replicas = spec.get("replicas") if isinstance(spec, dict) else None
    count = 1 if replicas is None else replicas if isinstance(replicas, int) else 0
    return [f"{name}-{replica_type.lower()}-{index}" for index in range(min(count, 20_000))]


def _names(status: Object, path: str) -> bool:
    """Tell whether a refusal names the field at `path`, or one around or inside it."""
    parts = _parts(path)
    causes = (status.get("details") or {}).get("causes") or ()
    fields = [_parts(cause.get("field", "")) for cause in causes]
    if any(field and all(one == other for one, other in zip(field, parts, strict=False)) for field in fields):
        return True
    # Metadata is decoded before anything else, and into Go's types.
    return parts[0] == "metadata" and f"ObjectMeta{''.join(f'.{part}' for part in parts[1:2])}" in status["message"]


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"[.\[\]]+", path) if part]


def _lost(sent: Any, stored: Any, path: str = "") -> Iterator[str]:
    """Name the fields that were sent with a value and are not stored."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, value in sent.items():
            place = f"{path}.{key}" if path else key
            if value is None or place.startswith(("metadata", "status")):
                continue
            if key in stored:
                yield from _lost(value, stored[key], place)
            else:
                yield place
    elif isinstance(sent, list) and isinstance(stored, list):
        for index, (one, other) in enumerate(zip(sent, stored, strict=False)):
            yield from _lost(one, other, f"{path}[{index}]")

"""What can be wrong with an MXJob: values of another type or beyond all bounds, keys that are missing, odd or new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hypothesis import strategies as st

from tests.cluster.generated.shapes import LARGEST, ODD_TEXTS, PLAUSIBLE, Object

# Nested deeper than Python can handle without help; put into the text of a job, since Python could not write it either.
DEEP = 1500
DEEP_MARK = "put-something-deep-here"
HUGE_TEXT = "x" * 300_000
BAD_NAMES = ["10job{}", "a.b{}", "Job{}", "job{}-", "-job{}", "jöb{}", "job {}", "j" * 58 + "{}", "j" * 62 + "{}"]
BAD_NAMES += ["j" * 250 + "{}", "a/b{}", "job{}\n", "%2e{}"]
NO_NAMES: list[Any] = ["", None, 5, ["a"], {"a": "b"}, True]
NUMBERS = [-1, 0, 1, 2, -(2**31), 10_001, 65_536, LARGEST, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**70)]
FRACTIONS = [0.5, 1.0, -0.0, 1e9, 1e20, 1e300, 5e-324]
SMALL_VALUE: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, None, True, False, {}, [], [None], [{}], {"a": None}, {"": {}}, [[]], "x", "3", "true"]),
    st.sampled_from([*NUMBERS, *FRACTIONS, DEEP_MARK]),
    st.sampled_from([*ODD_TEXTS, "mxnet", "Worker", "All", "all", "never", "Foo", "1Gi", "MXTRAIN", "2020-01-01"]),
    st.text(max_size=6),
    st.integers(-300, 100) | st.integers(10_001),  # in between, as a number of replicas, they would only cost time
)
ANY_VALUE = st.one_of(SMALL_VALUE, SMALL_VALUE, SMALL_VALUE, st.sampled_from([DEEP_MARK, HUGE_TEXT, ["x"] * 2000]))
OF_JOBS = ["spec", "status", "labels", "annotations", "jobMode", "runPolicy", "mxReplicaSpecs", "Worker", "worker"]
OF_REPLICAS = [
    "template",
    "containers",
    "image",
    "ports",
    "env",
    "containerPort",
    "protocol",
    "replicas",
    "restartPolicy",
]
OF_POLICIES = ["cleanPodPolicy", "suspend", "schedulingPolicy", "backoffLimit", "minAvailable", "activeDeadlineSeconds"]
OF_OTHERS = ["managedBy", "ttlSecondsAfterFinished", "successPolicy", "elasticPolicy", "color", "ü", "a/b", "{}"]
FIELDS = st.sampled_from([*OF_JOBS, *OF_REPLICAS, *OF_POLICIES, *OF_OTHERS])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job to be sent; `touched` are the paths at which it was broken, none for a plausible one."""

    job: Object
    touched: tuple[str, ...] = ()

    def text(self, number: int) -> str:
        """Write the job as JSON, with its own name."""
        job = self.job
        metadata = job.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("name"), str):
            job = job | {"metadata": metadata | {"name": metadata["name"].replace("{}", str(number))}}
        return as_json(job)


STATUSES = st.fixed_dictionaries(
    {},
    optional={
        "conditions": SMALL_VALUE | st.lists(st.fixed_dictionaries({"type": SMALL_VALUE, "status": SMALL_VALUE})),
        "replicaStatuses": SMALL_VALUE | st.dictionaries(FIELDS, SMALL_VALUE, max_size=2),
        "restarts": SMALL_VALUE | st.fixed_dictionaries({"count": SMALL_VALUE, "uids": SMALL_VALUE}),
        "startTime": SMALL_VALUE,
        "lastReconcileTime": SMALL_VALUE,
        "color": SMALL_VALUE,
    },
)


def as_json(value: Any) -> str:
    """Write what was drawn."""
    return json.dumps(value).replace(f'"{DEEP_MARK}"', '[{"a":' * (DEEP // 2) + "1" + "}]" * (DEEP // 2))


@st.composite
def broken(draw: st.DrawFn) -> Candidate:
    """Break a plausible job in one to three places."""
    job = _unshared(draw(PLAUSIBLE))
    touched = [_break(draw, job) for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3])))]
    return Candidate(job, tuple(chain.from_iterable(touched)))


@dataclass(frozen=True, slots=True)
class _Place:
    """A key of an object, or an index of a list, somewhere in a job; `around` is the path of that object or list."""

    around: str
    container: Any
    key: Any

    @property
    def path(self) -> str:
        """The path as the API server writes it."""
        return path_of(self.around, self.key)


def path_of(around: str, key: str | int) -> str:
    """Write the path of a field or an item."""
    if isinstance(key, int):
        return f"{around}[{key}]"
    return f"{around}.{key}" if around else key


def _break(draw: st.DrawFn, job: Object) -> tuple[str, ...]:
    """Do one thing to a job, and return the paths of what is wrong with it now."""
    if draw(st.sampled_from([False] * 9 + [True])) and isinstance(job.get("metadata"), dict):
        job["metadata"]["name"] = draw(st.sampled_from([*BAD_NAMES, *BAD_NAMES, *NO_NAMES]))
        return ("metadata.name",)
    places = list(_places(job))
    if not places:
        return ()
    place = draw(st.sampled_from(places))
    container, key = place.container, place.key
    match draw(st.sampled_from(["replace", "replace", "replace", "drop", "respell", "add", "repeat", "wrap"])):
        case "drop":
            del container[key]
        case "respell" if isinstance(key, str):
            odd = draw(st.sampled_from([key.swapcase(), key.capitalize(), f"{key} ", f"{key}s"]))
            container[odd] = container.pop(key)
            return place.path, path_of(place.around, odd)
        case "add" if isinstance(container, dict):
            added = draw(FIELDS)
            container[added] = _unshared(draw(ANY_VALUE))
            return (path_of(place.around, added),)
        case "repeat" if isinstance(container, list):
            container.append(_unshared(container[key]))
            return (place.around,)
        case "wrap":
            container[key] = draw(st.sampled_from([[container[key]], {"value": container[key]}, str(container[key])]))
        case _:
            container[key] = _unshared(draw(ANY_VALUE))
    return (place.path,)


def _unshared(value: Any) -> Any:
    """Copy a drawn value: Hypothesis hands out the same object again and again."""
    return json.loads(json.dumps(value))


def _places(value: Any, path: str = "") -> Iterator[_Place]:
    """Find every place below a job but those that say what object it is."""
    if isinstance(value, dict):
        children: list[tuple[Any, Any]] = list(value.items())
    else:
        children = list(enumerate(value[:5])) if isinstance(value, list) else []
    for key, child in children:
        place = _Place(path, value, key)
        if place.path not in ("apiVersion", "kind", "metadata.name"):
            yield place
            yield from _places(child, place.path)

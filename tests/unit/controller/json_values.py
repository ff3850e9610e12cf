"""Hypothesis strategies for the JSON that somebody might have stored."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**80), max_value=2**80),
    st.sampled_from([-1, 0, 1, 3, 2**31 - 1, 2**31, 2**63 - 1]),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["mxnet", "mxjob-port", "Worker", "worker", "Scheduler", "All", "ExitCode", "", "Foo", "a" * 70]),
)
FIELDS = st.sampled_from(
    [
        "metadata",
        "spec",
        "status",
        "name",
        "labels",
        "annotations",
        "jobMode",
        "runPolicy",
        "mxReplicaSpecs",
        "Worker",
        "worker",
        "Scheduler",
        "template",
        "containers",
        "image",
        "ports",
        "containerPort",
        "protocol",
        "env",
        "replicas",
        "restartPolicy",
        "cleanPodPolicy",
        "suspend",
        "schedulingPolicy",
        "conditions",
        "type",
        "reason",
        "restarts",
        "uids",
        "count",
        "replicaStatuses",
        "active",
        "startTime",
    ]
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(FIELDS | st.text(max_size=4), children, max_size=5)
    ),
    max_leaves=25,
)


@st.composite
def mutations(draw: st.DrawFn, raw: Mapping[str, Any], rounds: int = 3) -> dict[str, Any]:
    """Change `raw` in a few places: replace a value, drop it, or add a key beside it."""
    changed: dict[str, Any] = copy.deepcopy(dict(raw))
    for _ in range(draw(st.integers(1, rounds))):
        places = list(_places(changed))
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        act = draw(st.sampled_from(["replace", "drop", "add"]))
        if act == "replace":
            container[key] = draw(ANY_JSON)
        elif act == "drop":
            del container[key]
        elif isinstance(container, dict):
            container[draw(FIELDS)] = draw(ANY_JSON)
        else:
            container.append(draw(ANY_JSON))
    return changed


def _places(value: Any) -> Any:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(entries):
        yield value, key
        yield from _places(child)

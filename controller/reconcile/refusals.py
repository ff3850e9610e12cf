"""Requests that were refused, as obstacles: told in words that stay the same while the same stands in the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from controller.reconcile.actions import Outcome
from controller.reconcile.obstacles import Obstacle, name_taken
from controller.reconcile.outcome_groups import described, grouped, reason_kind, verb

LONGEST_CAUSE: Final = 300
_REASONS: Final = {"Create": "CreationFailed", "Update": "UpdateFailed", "Delete": "DeletionFailed"}
_SUBJECT: Final = re.compile(r'^\S+( "[^"]*")? is (forbidden|invalid): ')
# What the API server says of these varies with every try; what it comes to, and the remedy, do not.
_CAUSES: Final = (
    (re.compile(r"exceeded quota: ([^,]+),.*", re.DOTALL), r"exceeded quota: \1; make room in it, or raise it"),
    (re.compile(r'.*(failed calling webhook "[^"]*").*', re.DOTALL), r"\1; mend or remove that webhook"),
    (re.compile(r'(User ".*" cannot \w+ resource .*)', re.DOTALL), r"\1; give the controller's role that verb"),
)
_PASSING: Final = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?"
)


def refusals(outcomes: Iterable[Outcome]) -> Iterator[Obstacle]:
    """Describe what was not done: names that are taken one by one, the rest together for each replica type."""
    failed = [outcome for outcome in outcomes if not outcome.done]
    for outcome in failed:
        if outcome.taken_by:
            yield name_taken(outcome.action.kind, outcome.action.name, outcome.taken_by)
    for group in grouped(outcome for outcome in failed if not outcome.taken_by):
        action = group[0].action
        message = f"Cannot {verb(action).lower()} {described(group)}: {_cause(group[0])}"
        yield Obstacle(_REASONS[verb(action)], message, f"Failed{verb(action)}{reason_kind(action)}")


def _cause(outcome: Outcome) -> str:
    cause = _SUBJECT.sub("", outcome.error)
    for pattern, what_it_comes_to in _CAUSES:
        if pattern.fullmatch(cause):
            return pattern.sub(what_it_comes_to, cause)
    lasting = _PASSING.sub("…", cause)
    if len(lasting) > LONGEST_CAUSE:
        lasting = lasting[:LONGEST_CAUSE] + "…"
    return (lasting or "the request failed") + ("; correct the job" if outcome.permanent else "")

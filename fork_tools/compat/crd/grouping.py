"""One finding for what is one change to a person: the same edit in every container list, replica map and version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.ownership import Owner, Templates

_LONGEST_NAME: Final = 60
_SEVERAL_IN_A_PLACE: Final = frozenset(
    f"crd/{rule}"
    for rule in (
        "enum-value-added",
        "enum-value-removed",
        "validation-rule-added",
        "validation-rule-changed",
        "validation-rule-removed",
        "printer-column-changed",
        "printer-column-removed",
        "selectable-field-removed",
        "scale-subresource-changed",
        "bound-loosened",
        "composition-loosened",
        "condition-shape",
        "keyword-changed",
        "rule-cost-unbounded",
    )
)


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that are told as one; at least one, all of one rule and one owner."""

    owner: Owner
    subject: str
    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The change that stands for all."""
        return self.changes[0]


def group(changes: Iterable[Change], templates: Templates) -> tuple[Group, ...]:
    """Group the changes, those of the job API first; every change is in exactly one group."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(_key(change, templates), []).append(change)
    made = [_made(members, templates) for members in groups.values()]
    return tuple(sorted(made, key=_order))


def _key(change: Change, templates: Templates) -> tuple[object, ...]:
    owner = templates.owner(change)
    place = templates.within(change.path) if owner is Owner.POD_TEMPLATE else str(change.path)
    return owner, change.rule_id, place, change.name, change.message


def _made(changes: list[Change], templates: Templates) -> Group:
    first = changes[0]
    owner = templates.owner(first)
    if owner is Owner.POD_TEMPLATE:
        subject = f"pod template: {templates.within(first.path).removeprefix('.')}"
    else:
        subject = str(first.path) if first.path.steps or first.version else first.name or "."
    return Group(owner, subject + _which(first), tuple(changes))


def _which(change: Change) -> str:
    """Tell changes of one rule and one place apart, in words that stay the same from run to run."""
    if not change.name or change.rule_id not in _SEVERAL_IN_A_PLACE:
        return ""
    name = change.name if len(change.name) <= _LONGEST_NAME else f"{change.name[: _LONGEST_NAME - 3]}..."
    return f" ({name})"


def _order(group: Group) -> tuple[object, ...]:
    level = group.first.rule.level
    return group.owner is Owner.POD_TEMPLATE, -(level or 0), group.subject, group.first.rule_id, group.first.message

"""Two sets of manifests: what their service accounts gain and lose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from controller.api.constants import CONTROLLER_NAME
from fork_tools.api_server import Object
from fork_tools.compat.doctor.permissions import RUNNING
from fork_tools.compat.rbac import rules
from fork_tools.compat.rbac.escalation import escalation
from fork_tools.compat.rbac.grants import NAMESPACED, Grant, grants_by_account
from fork_tools.report.finding import Finding

NEEDS = tuple(Grant(access.group, access.resource, access.verb, scope=NAMESPACED) for access in RUNNING)


def compare_rbac(old: Sequence[Object], new: Sequence[Object]) -> tuple[Finding, ...]:
    """Compare account by account; where each side has one only, they are compared whatever their names."""
    return tuple(_findings(grants_by_account(old), grants_by_account(new)))


def _findings(before: Mapping[str, frozenset[Grant]], after: Mapping[str, frozenset[Grant]]) -> Iterator[Finding]:
    nothing: frozenset[Grant] = frozenset()
    if len(before) == len(after) == 1:
        (old_name,), (new_name,) = before, after
        pairs = [(old_name, new_name)]
    else:
        pairs = [(name, name) for name in sorted({*before, *after})]
    for old_name, new_name in pairs:
        old, new = before.get(old_name, nothing), after.get(new_name, nothing)
        yield from _gained(new_name, old, new)
        yield from _lost(old_name, new_name, old, new)
        if new_name == CONTROLLER_NAME and new:
            yield from _missing(new_name, new)


def _gained(account: str, old: Collection[Grant], new: Iterable[Grant]) -> Iterator[Finding]:
    for grant in sorted(new):
        if any(each.covers(grant) for each in old):
            continue
        how = escalation(grant)
        if how:
            yield rules.ESCALATION.finding(f"{account}: {grant}", how, remedy=rules.ESCALATION.fix)
        else:
            yield rules.GAINED.finding(f"{account}: {grant}", "was not allowed before")


def _lost(old_name: str, new_name: str, old: Iterable[Grant], new: Collection[Grant]) -> Iterator[Finding]:
    for grant in sorted(old):
        if any(each.covers(grant) for each in new):
            continue
        # Of another controller nobody expects that it goes on running.
        if old_name == new_name:
            yield rules.STILL_NEEDED.finding(f"{old_name}: {grant}", "pods of the old version are refused it")
        else:
            yield rules.LOST.finding(f"{old_name}: {grant}", f"{new_name} is not allowed it")


def _missing(account: str, grants: Collection[Grant]) -> Iterator[Finding]:
    for need in NEEDS:
        if not any(grant.covers(need) for grant in grants):
            yield rules.NEEDED.finding(f"{account}: {need}", "the controller asks for it", remedy=rules.NEEDED.fix)

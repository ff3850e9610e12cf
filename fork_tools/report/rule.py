"""What a rule is: the text behind a finding's rule id, for `mxfork explain` and for outputs that carry it."""

from __future__ import annotations

from dataclasses import dataclass

from fork_tools.report.finding import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id (`crd/field-removed`).

    `level` is the gravest that its findings have, `why` says whom it hurts and how, `fix` what helps.
    """

    id: str
    level: Level
    title: str
    why: str
    fix: str

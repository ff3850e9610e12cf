"""The rules of the CRD check, as `mxfork explain` and the reports tell them; one that is off by default is a note."""

from __future__ import annotations

from typing import Final

from fork_tools.compat.crd.catalogue import RULES as _BY_ID
from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

RULES: Final = tuple(
    Rule(rule.id, rule.level or Level.NOTE, rule.title, rule.why, rule.remedy) for rule in _BY_ID.values()
)

"""One difference between two definitions, as one rule sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fork_tools.compat.crd.catalogue import RULES
from fork_tools.compat.crd.paths import ROOT, FieldPath
from fork_tools.compat.crd.rule import Rule


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that fired: where, and in one line how. `version` is empty for what concerns the CRD as a whole.

    `of_field` tells that the field itself came, went or became required: then it belongs to whoever owns its parent.
    `name` is what of a kind it is (an enum's value, a column), so that two changes of one place stay apart.
    """

    rule_id: str
    message: str
    path: FieldPath = ROOT
    version: str = ""
    name: str = ""
    of_field: bool = False

    @property
    def rule(self) -> Rule:
        """The rule that fired."""
        return RULES[self.rule_id]

    def in_version(self, version: str) -> Change:
        """Say in which version it is."""
        return replace(self, version=version)

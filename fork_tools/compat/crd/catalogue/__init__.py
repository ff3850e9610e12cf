"""Every rule of the CRD check, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fork_tools.compat.crd.catalogue.conventions import CONVENTIONS
from fork_tools.compat.crd.catalogue.definition import DEFINITION
from fork_tools.compat.crd.catalogue.fields import FIELDS
from fork_tools.compat.crd.catalogue.values import VALUES
from fork_tools.compat.crd.rule import Rule

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.id: rule for rule in (*DEFINITION, *FIELDS, *VALUES, *CONVENTIONS)}
)

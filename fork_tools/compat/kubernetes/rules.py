"""What is reported on the use of Kubernetes' APIs."""

from __future__ import annotations

from typing import Final

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

REMOVED: Final = Rule(
    "kubernetes/api-removed",
    Level.ERROR,
    "An API version is gone in that release",
    "The API server answers 404: the manifest cannot be applied, the controller cannot read.",
    "Move to the replacement that the finding names.",
)
DEPRECATED: Final = Rule(
    "kubernetes/api-deprecated",
    Level.WARNING,
    "An API version is deprecated in that release",
    "It still works and warns; a later release has it no more.",
    "Move to the replacement that the finding names, once the oldest supported release has it.",
)
NOT_YET: Final = Rule(
    "kubernetes/api-not-yet",
    Level.ERROR,
    "An API version does not exist yet in that release",
    "The API server answers 404 on clusters of that release.",
    "Use the older version, or raise the oldest supported release.",
)
FIELD_NOT_YET: Final = Rule(
    "kubernetes/field-not-yet",
    Level.ERROR,
    "A field does not exist yet in that release, or is off by default",
    "The API server drops it without a word, or refuses the object.",
    "Leave the field out, or raise the oldest supported release.",
)
UNKNOWN: Final = Rule(
    "kubernetes/api-unknown",
    Level.ERROR,
    "A built-in API version is not in the table",
    "Nothing can be said about it, and silence is not approval.",
    "Correct a misspelt apiVersion, or add it to the table with the releases that have it.",
)
RULES: Final = (REMOVED, DEPRECATED, NOT_YET, FIELD_NOT_YET, UNKNOWN)

"""Waivers are checked too: one that no longer holds, or that hides nothing, is reported."""

from __future__ import annotations

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

EXPIRED = Rule(
    "waiver/expired",
    Level.ERROR,
    "A waiver is past its day",
    "Somebody accepted a finding for a limited time, and that time is over: the finding counts again,"
    " and the waiver misleads whoever reads it.",
    "Solve what the waiver hid and remove it, or set a new day after talking to its owner.",
)
UNUSED = Rule(
    "waiver/unused",
    Level.WARNING,
    "A waiver hides nothing",
    "It may hide a finding of tomorrow that nobody has judged.",
    "Remove it from patches/waivers.toml, or correct its path when it is misspelt.",
)
RULES = (EXPIRED, UNUSED)

"""The rules behind what `queue verify` finds, for `mxfork explain`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

RULES = (
    Rule(
        "queue/uncovered-path",
        Level.ERROR,
        "a path of a reverted commit that no step brings back",
        "Half a restore compiles and passes its tests: nobody misses what nothing refers to.",
        "Add it to a step, or name it in `except` of an inverse-coverage check in patches/checks.",
    ),
    Rule(
        "queue/generator-untrusted",
        Level.ERROR,
        "a generator changes the untouched release",
        "What it makes of the patched tree then mixes the queue's effect with its own drift.",
        "Pin its toolchain in `environment`, or say trusted = true with the reason.",
    ),
    Rule(
        "queue/generator-unstable",
        Level.ERROR,
        "a generator changes its own result",
        "The released tree would not be what the next build makes.",
        "Mind the order of the generators; one may need another's output.",
    ),
    Rule(
        "queue/sibling-oracle",
        Level.ERROR,
        "a rewrite does not make of a sibling what upstream made of it",
        "The rule would give the fork something else than upstream's own port of the same code.",
        "Compare the two in the finding's details, and mend the rule.",
    ),
    Rule(
        "queue/check",
        Level.ERROR,
        "a check of the team's does not hold on the patched tree",
        "patches/checks says what a right tree looks like.",
        "Mend the step that the check names.",
    ),
    Rule(
        "queue/build",
        Level.ERROR,
        "the patched tree does not build",
        "The untouched release does, or fails otherwise.",
        "Mend the step that owns the file; the log has the compiler's words.",
    ),
    Rule(
        "queue/test",
        Level.ERROR,
        "a test fails on the patched tree that does not fail on the release",
        "The queue changed what the code does.",
        "mxfork queue apply --to TAG --worktree DIR, and run the test there.",
    ),
    Rule(
        "queue/known-failure",
        Level.NOTE,
        "something fails on the untouched release, too",
        "It is upstream's, not the queue's.",
        "Nothing is to be done in the queue.",
    ),
)
BY_ID: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})

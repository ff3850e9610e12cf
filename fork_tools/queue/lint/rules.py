"""The rules behind what `queue lint` finds, for `mxfork explain`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

RULES = (
    Rule(
        "queue/orphan",
        Level.ERROR,
        "a step's file that the series does not name",
        "Somebody believes that the fork carries it, and it is never applied.",
        "Add it to patches/series, or remove the file.",
    ),
    Rule(
        "queue/missing",
        Level.ERROR,
        "the series names a file that is not there",
        "The queue cannot be read at all.",
        "Bring the file back, or take its line out of patches/series.",
    ),
    Rule(
        "queue/duplicate",
        Level.ERROR,
        "the same step twice",
        "The second one finds its change there already, or makes it a second time.",
        "Keep one of the two.",
    ),
    Rule(
        "queue/unparsable",
        Level.ERROR,
        "a step's file that cannot be read",
        "The step would be corrupt on every release.",
        "Correct the place that the message names; docs/queue.md describes the file.",
    ),
    Rule(
        "queue/carriage-return",
        Level.ERROR,
        "a mail program or an editor put carriage returns into a patch or the series",
        "No line of context fits any longer, and the change would bring them into the tree.",
        "Write the file with plain newlines.",
    ),
    Rule(
        "queue/generated-file",
        Level.ERROR,
        "a patch holds what a generator makes",
        "It conflicts with nearly every release, and what it says is overwritten anyway.",
        "Take the file out of the patch; the regenerate step makes it.",
    ),
    Rule(
        "queue/mixed",
        Level.ERROR,
        "a patch holds hand-written and generated files",
        "The generated half conflicts and drags the hand-written one with it.",
        "Keep the hand-written files only; the regenerate step makes the others.",
    ),
    Rule(
        "queue/lock-file",
        Level.ERROR,
        "a step writes a lock file",
        "Every release has another one: robots that update the fork stop at its conflicts.",
        "Take it out, and let a regenerate step run the package manager.",
    ),
    Rule(
        "queue/no-reason",
        Level.WARNING,
        "a step does not say why it is carried, or who answers for it",
        "Nobody dares to drop it, and nobody is asked when it breaks.",
        "Add reason and owner (Fork-Reason and Fork-Owner in a patch).",
    ),
    Rule(
        "queue/expired",
        Level.ERROR,
        "a step is carried longer than was meant",
        "It was to be looked at again by then.",
        "Drop it, or renew its date with a reason.",
    ),
    Rule(
        "queue/unlisted-path",
        Level.ERROR,
        "a step changes a path that the fork is not to change",
        "What the fork may touch is agreed in patches/fork.toml: [queue] paths.",
        "Add the path there, or take it out of the step.",
    ),
)
BY_ID: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})

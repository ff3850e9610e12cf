"""The rules behind culprits and predictions."""

from __future__ import annotations

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

BROKEN_SINCE = Rule(
    "queue/broken-since",
    Level.ERROR,
    "an upstream commit broke a path of a step",
    "The step changes nothing at all on this release until the path is adapted to what that commit did.",
    "Read the commit, then adapt the step.",
)
CONTEXT_LOST = Rule(
    "queue/context-lost",
    Level.NOTE,
    "an upstream commit changed the lines around a change of ours",
    "A three-way merge still knows where the change belongs; the next such commit may be one too many.",
    "mxfork queue refresh STEP, or say the change as a rewrite.",
)
WILL_BREAK = Rule(
    "queue/will-break",
    Level.ERROR,
    "a step does not go into a branch that will be released",
    "With the next release the queue will not apply; today there is time to adapt it, or to talk to upstream.",
    "mxfork queue culprit STEP --to BRANCH, then adapt the step.",
)
LANE_ENDS = Rule(
    "queue/lane-ends",
    Level.NOTE,
    "a branch lacks what the queue is made for",
    "Releases from that branch are beyond the lane; no repair of the queue will change that.",
    "Follow the branches before it, or only watch this one.",
)

RULES = (BROKEN_SINCE, CONTEXT_LOST, WILL_BREAK, LANE_ENDS)
BY_ID = {rule.id: rule for rule in RULES}

"""The rules behind the queue's findings, for `mxfork explain`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fork_tools.queue.lint.rules import RULES as _OF_LINT
from fork_tools.queue.verify.rules import RULES as _OF_CHECKS
from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

_OF_STEPS = (
    Rule(
        "queue/applied",
        Level.NOTE,
        "the step is in the tree",
        "The note carries, for scripts, the step's class, its commit and what became of each path.",
        "Nothing is to be done.",
    ),
    Rule(
        "queue/offset",
        Level.WARNING,
        "the step applies, but not where it says",
        "Its context was found elsewhere in the file, or a three-way merge disagrees: it may stand wrong.",
        "Look at the result with mxfork queue diff, then mxfork queue refresh.",
    ),
    Rule(
        "queue/already-upstream",
        Level.ERROR,
        "upstream has the step's change, or something like it",
        "A merged step is dead weight; a merely similar change upstream means that two answers to one problem exist.",
        "Compare the two; then limit the step with releases, or take it out of patches/series.",
    ),
    Rule(
        "queue/retargeted",
        Level.ERROR,
        "the change would land where it does not belong",
        "Tools that follow renames put it into a similar file, a merge into another declaration, and report success.",
        "Find the upstream commit with mxfork queue culprit, then rewrite the step for the release.",
    ),
    Rule(
        "queue/path-deleted",
        Level.ERROR,
        "a file that the step changes is gone",
        "Upstream removed it, so the change has nowhere to go.",
        "Limit the step with releases, restore the file first, or give a revert a conflicts policy for the path.",
    ),
    Rule(
        "queue/path-renamed",
        Level.ERROR,
        "a file that the step changes has another name",
        "Nothing is moved on a guess: two files can look alike.",
        "Give the step the new path, for the releases that have it with an override.",
    ),
    Rule(
        "queue/conflict",
        Level.ERROR,
        "the step does not fit the release",
        "Upstream changed the same lines, or a merge would swallow lines that a sibling happens to have.",
        "mxfork queue culprit STEP names the commit; adapt the step, or give this release an override.",
    ),
    Rule(
        "queue/corrupt",
        Level.ERROR,
        "the step cannot be read, or reaches where it must not",
        "A broken diff, a commit that upstream lacks, a path that leaves the tree, a symbolic link.",
        "Correct the step's file; mxfork queue lint names the place.",
    ),
    Rule(
        "queue/empty",
        Level.ERROR,
        "the step finds nothing to do",
        "A pattern that means nothing looks like success and changes nothing, perhaps for months.",
        "Correct its paths or rule, or limit it with releases.",
    ),
    Rule(
        "queue/blocked",
        Level.ERROR,
        "the step waits for another",
        "What it requires is not in the tree.",
        "See to the step that it names.",
    ),
    Rule(
        "queue/failed",
        Level.ERROR,
        "a generator could not be run to its end",
        "The queue may be well: a program is missing, a download failed, or the time ran out.",
        "Read the log that the message names.",
    ),
    Rule(
        "queue/lane-ended",
        Level.NOTE,
        "the lane has ended before this release",
        "It lacks a path that the lane requires, so no step could mean anything there.",
        "Set the lane's mode to watch, or bound its range.",
    ),
    Rule(
        "queue/moved-tag",
        Level.ERROR,
        "upstream moved a tag",
        "What was released under this name is another commit now: nobody can make the old tree again from it.",
        "Ask upstream; apply anew only when the reason is known.",
    ),
    Rule(
        "queue/lock-step",
        Level.ERROR,
        "a step is not the one that the lock was made with",
        "The released tree cannot be made from the queue as it is.",
        "mxfork queue apply --all writes the lock anew.",
    ),
    Rule(
        "queue/lock-class",
        Level.ERROR,
        "a step fares otherwise than the lock says",
        "The same step on the same release has another class: the tool or git changed, or the lock was edited.",
        "Compare the versions of mxfork and git with those in the lock.",
    ),
    Rule(
        "queue/lock-effect",
        Level.ERROR,
        "a step does something else than the lock says",
        "Its added or removed lines, or the symbol that they stand in, are not the same.",
        "Look at mxfork queue diff.",
    ),
    Rule(
        "queue/lock-tree",
        Level.ERROR,
        "the tree is not the one that the lock names",
        "What is released would not be what was checked.",
        "Look for the first step whose commit differs.",
    ),
    Rule(
        "queue/lock-commit",
        Level.ERROR,
        "the commits are not those that the lock names",
        "The trees are equal, but a message, an author or a date is not.",
        "mxfork queue apply --all writes the lock anew.",
    ),
    Rule(
        "queue/lock-missing",
        Level.ERROR,
        "a release is not in the lock",
        "Nothing is known about its tree.",
        "mxfork queue apply --all writes it.",
    ),
)
RULES = (*_OF_STEPS, *_OF_LINT, *_OF_CHECKS)
BY_ID: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})

"""The rules of following upstream: what `mxfork upstream check` can find."""

from __future__ import annotations

from fork_tools.report.finding import Level
from fork_tools.report.rule import Rule

TAG_MOVED = Rule(
    "upstream/tag-moved",
    Level.ERROR,
    "a release's tag names another object than before",
    "A moved tag is a mistake or an attack: what the fork was built from and tested against is no longer what the tag"
    " says, and whoever builds again gets something else.",
    "Compare both objects with upstream's announcement. If the new one is right: mxfork upstream check --accept TAG,"
    " then mxfork queue apply --to TAG, which writes the new object into patches/fork.lock.",
)
RELEASE_NOT_CARRIED = Rule(
    "upstream/release-not-carried",
    Level.ERROR,
    "the queue has not been applied to a release of a lane that the fork carries",
    "Users of the fork stay without upstream's fixes, and nobody knows yet whether the queue applies.",
    "mxfork queue apply --to TAG; patches/fork.lock then names the release.",
)
UNCLASSIFIED = Rule(
    "upstream/unclassified",
    Level.ERROR,
    "a release holds a watched commit that the port ledger does not know",
    "The controller is written anew: a change of upstream's behaviour shows in no patch. Somebody has to decide.",
    "Read the commit, port it or not, then: mxfork ledger mark COMMIT STATUS --reason WHY.",
)
PENDING = Rule(
    "upstream/pending",
    Level.WARNING,
    "a release holds a watched commit that is still to be ported",
    "Users of the fork lack a change of behaviour that upstream's users have.",
    "Port it with a test, then: mxfork ledger mark COMMIT ported --test FILE::NAME --reason WHAT.",
)
COMING = Rule(
    "upstream/coming",
    Level.NOTE,
    "a branch holds a watched commit that is in no release yet",
    "It will be in the next release; until then there is time.",
    "Classify it early: mxfork ledger mark COMMIT STATUS --reason WHY.",
)
PROOF_MISSING = Rule(
    "upstream/proof-missing",
    Level.ERROR,
    "the port ledger names a test or a commit that is not there",
    "`ported` is a claim; without its proof nobody can tell whether it still holds.",
    "Name the test that shows it: mxfork ledger mark COMMIT ported --test FILE::NAME --reason WHAT.",
)
UNKNOWN_COMMIT = Rule(
    "upstream/unknown-commit",
    Level.WARNING,
    "the port ledger names a commit that upstream does not have",
    "A mistyped id classifies nothing; the commit that was meant stays unclassified.",
    "Correct the id in patches/ledger.yaml.",
)
LANE_ENDED = Rule(
    "upstream/lane-ended",
    Level.NOTE,
    "from a release on, the lane lacks what the queue is made for",
    "The queue cannot apply there, however it is repaired.",
    "Follow the last release before, or give the lane the mode watch.",
)
NO_RELEASE = Rule(
    "upstream/no-release",
    Level.ERROR,
    "a lane admits no tag at all",
    "A pattern or range that matches nothing looks like an upstream without news.",
    "Compare lane.tags and lane.range in patches/fork.toml with `mxfork upstream releases --rejected`.",
)
NEW = Rule(
    "upstream/new-release",
    Level.NOTE,
    "a release that the last check did not see",
    "Nothing, unless a finding beside it says more.",
    "Read what changed: mxfork upstream changes OLD NEW --watched.",
)

RULES = (
    TAG_MOVED,
    RELEASE_NOT_CARRIED,
    UNCLASSIFIED,
    PENDING,
    COMING,
    PROOF_MISSING,
    UNKNOWN_COMMIT,
    LANE_ENDED,
    NO_RELEASE,
    NEW,
)
BY_ID = {rule.id: rule for rule in RULES}

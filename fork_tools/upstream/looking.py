"""Look at upstream once, remember what was seen, and say what is new and what needs work."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from fork_tools.progress import Progress
from fork_tools.report.report import Report
from fork_tools.upstream import seen
from fork_tools.upstream.cache import cache_folder
from fork_tools.upstream.checking import Known, check_report, ledger_findings
from fork_tools.upstream.configuration import Configuration
from fork_tools.upstream.ledger import read_ledger
from fork_tools.upstream.proof import missing_commit, missing_test
from fork_tools.upstream.repository import Repository
from fork_tools.upstream.survey import survey


def look(
    configuration: Configuration,
    repository: Repository,
    progress: Progress,
    *,
    accepted: Collection[str] = (),
    complete: bool = True,
    write: bool = True,
) -> Report:
    """Survey the lanes and report.

    Tags that moved stay an alarm unless `accepted`; those that are gone are one only where the clone is `complete`.
    What was seen is remembered in the user's cache if that can be written, and if `write`.
    """
    tags = repository.tags()
    folder, root = cache_folder(configuration.url), configuration.root
    before, locked = seen.read_seen(folder), seen.read_locked(configuration.patches)
    with progress.task("looking at the lanes"):
        found = survey(configuration, repository, before)
        ledger = read_ledger(configuration.patches)
        has = repository.has_commit
        in_ledger = ledger_findings(ledger, has, partial(missing_test, root), partial(missing_commit, root))
    unsettled = {name: was for name, was in before.items() if name not in accepted}
    alarms = (
        *seen.alarms(unsettled, tags, "the last check", complete=complete),
        *seen.alarms(locked, tags, "patches/fork.lock", complete=complete),
    )
    if write:
        seen.remember(folder, tags, accepted)
    known = Known(frozenset(locked) if configuration.has_queue else None, ledger, configuration.url)
    return check_report(found, alarms, in_ledger, known)

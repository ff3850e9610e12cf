"""What makes a step's commit the same on every machine: its author, its dates, its message."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime

from fork_tools.queue.step import Step

NAME, MAIL = "mxfork", "mxfork@localhost"


def commit_environment(step: Step, released: datetime) -> dict[str, str]:
    """Return the variables by which git dates and signs the commit: the step's own author, upstream's release date."""
    name, mail = parseaddr(step.author)
    return {
        "GIT_AUTHOR_NAME": name or NAME,
        "GIT_AUTHOR_EMAIL": mail or MAIL,
        "GIT_AUTHOR_DATE": _stamp(_written(step.written) or released),
        "GIT_COMMITTER_NAME": NAME,
        "GIT_COMMITTER_EMAIL": MAIL,
        "GIT_COMMITTER_DATE": _stamp(released),
    }


def commit_message(step: Step) -> str:
    """Return the step's subject and body, and trailers that lead back to it."""
    trailers = {
        "Fork-Step": step.name,
        "Fork-Reason": step.reason,
        "Origin": step.origin,
        "Upstream-Status": step.upstream_status,
    }
    footer = "\n".join(f"{key}: {' '.join(value.split())}" for key, value in trailers.items() if value.strip())
    return "\n\n".join(part for part in (step.subject, step.body, footer) if part) + "\n"


def _written(date: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(date)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _stamp(moment: datetime) -> str:
    return f"@{int(moment.timestamp())} +0000"

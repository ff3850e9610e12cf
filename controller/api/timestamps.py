"""Times as Kubernetes writes them in a status: RFC 3339, UTC, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def parse(text: str) -> datetime | None:
    """Read `text` as a UTC time cut to whole seconds; None when it is no time with an offset."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def render(moment: datetime) -> str:
    """Write `moment` (with a time zone) in UTC, cut to whole seconds: `2024-09-10T08:00:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"

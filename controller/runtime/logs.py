"""Log lines for people (text) or for collectors (JSON), on stderr."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from controller.runtime import log_context

_TEXT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_OWN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# The namespace and name are in the message already, for people.
_SHOWN_IN_TEXT: Final = ("action", "uid", "reconcileID")
# Nothing of ours logs these; what libraries, proxies and credential plugins put into their messages is not ours.
_SECRET: Final = re.compile(
    r"(?P<before>\b(?:bearer|authorization\W{1,4}basic)\s+)[\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*", re.IGNORECASE
)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, which pass it is about, and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render `record`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": _short(record.name),
            "message": without_secrets(record.getMessage()),
        }
        line |= log_context.fields() | _extra(record)
        if record.exc_info:
            line["trace"] = without_secrets(self.formatException(record.exc_info))
        return msgspec.json.encode(line, enc_hook=str).decode()


class TextFormatter(logging.Formatter):
    """Time, level, logger, message; then, when it is about a pass, its action, the job's uid and the pass's id."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """Render `record`."""
        fields = log_context.fields() | _extra(record)
        about = "".join(f" {key}={fields[key]!r}" for key in _SHOWN_IN_TEXT if key in fields)
        line = {"name": _short(record.name), "msg": record.getMessage() + about, "args": None}
        return without_secrets(super().format(logging.makeLogRecord(vars(record) | line)))


def configure(level: str, style: str) -> None:
    """Send every log line to stderr, from `level` (debug, info, warning, error) on, as `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What kopf does at start-up is told in our own words; its warnings matter.
    logging.getLogger("kopf").setLevel("DEBUG" if level == "debug" else "WARNING")
    for noisy in ("asyncio", "kubernetes"):
        logging.getLogger(noisy).setLevel("WARNING")


def without_secrets(text: str) -> str:
    """Replace whatever has the shape of a token."""
    return _SECRET.sub(lambda found: f"{found['before'] or ''}[secret]", text)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _OWN_FIELDS}


def _short(name: str) -> str:
    return name.removeprefix("controller.runtime.")

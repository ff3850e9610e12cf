"""Log lines for people (text) or for collectors (JSON), on stderr."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

_TEXT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_OWN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render `record`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": _short(record.name),
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _OWN_FIELDS}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class TextFormatter(logging.Formatter):
    """Time, level, logger, message."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """Render `record`."""
        short = logging.makeLogRecord({**vars(record), "name": _short(record.name)})
        return super().format(short)


def configure(level: str, style: str) -> None:
    """Send every log line to stderr, from `level` (debug, info, warning, error) on, as `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What kopf does at start-up is told in our own words; its warnings matter.
    logging.getLogger("kopf").setLevel("DEBUG" if level == "debug" else "WARNING")
    for noisy in ("asyncio", "kubernetes"):
        logging.getLogger(noisy).setLevel("WARNING")


def _short(name: str) -> str:
    return name.removeprefix("controller.runtime.")

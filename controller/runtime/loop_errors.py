"""What the event loop tells of errors that no task asked for."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

log = logging.getLogger(__name__)


def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of a connection in a line, for whoever waits on it gets the error too; anything else in full."""
    if "transport" in context or "protocol" in context:
        log.warning("%s: %r", context["message"], context.get("exception"))
        log.debug("%s", context["message"], exc_info=context.get("exception"))
    else:
        loop.default_exception_handler(context)

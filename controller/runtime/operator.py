"""kopf as the process runtime: start-up, signals, credentials, clean-up. It watches nothing and writes nothing."""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
from typing import Any, Final, cast

import kopf

from controller.api.constants import CONTROLLER_NAME
from controller.runtime.configuration import Configuration
from controller.runtime.credentials import Credentials
from controller.runtime.discovery import Discovery
from controller.runtime.process import ControllerProcess

log = logging.getLogger(__name__)

# Just before the kubelet's own patience (30 s by default) ends.
_LAST_RESORT: Final = 25.0


async def operate(configuration: Configuration, credentials: Credentials) -> None:
    """Run the controller until SIGTERM or SIGINT; raises what ended it otherwise."""
    stop_flag = asyncio.Event()
    process = ControllerProcess(configuration, credentials, stop_flag.set)
    await kopf.operator(
        registry=_registry(process, Discovery(credentials), stop_flag),
        settings=_settings(),
        standalone=True,
        # kopf would look up the user's name otherwise, and a container's user mostly has none.
        identity=cast("Any", CONTROLLER_NAME),
        clusterwide=not configuration.namespace,
        namespaces=[configuration.namespace] if configuration.namespace else [],
        stop_flag=stop_flag,
    )
    if process.failure is not None:
        raise process.failure


def _registry(process: ControllerProcess, discovery: Discovery, stop_flag: asyncio.Event) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    # What a start-up handler raises would be retried a minute later by default.
    @kopf.on.startup(registry=registry, errors=kopf.ErrorsMode.PERMANENT)
    async def start(**_: Any) -> None:
        await process.start()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        return discovery.login()

    @kopf.on.cleanup(registry=registry, errors=kopf.ErrorsMode.PERMANENT)
    async def stop(**_: Any) -> None:
        log.info("stopping")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # who asks twice means it
        discovery.give_up()
        await process.stop()
        stop_flag.set()  # or kopf waits 5 s for its own task that waits for the flag
        log.info("stopped")

    return registry


def _settings() -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True
    settings.process.ultimate_exiting_timeout = _LAST_RESORT
    # An endless series: the default one ends the process after a minute of 5xx.
    settings.networking.error_backoffs = itertools.repeat(10.0)
    settings.networking.request_timeout = None
    return settings

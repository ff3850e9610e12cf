"""The process as a whole: whatever of it cannot run ends it, and kopf around it asks for nothing that matters."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from controller.reconcile.settings import Settings
from controller.runtime.configuration import Configuration
from controller.runtime.credentials import Credentials, load_credentials
from controller.runtime.errors import StartError
from controller.runtime.events import EventRecorder
from controller.runtime.http import Address
from controller.runtime.operator import operate
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, Stream, status

EMPTY_LIST = Answer({"metadata": {"resourceVersion": "1"}, "items": []})


async def credentials(server: str, folder: Path) -> Credentials:
    document = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return await load_credentials(path)


def configuration(metrics: Address | None = None) -> Configuration:
    return Configuration(
        kubeconfig=None, namespace="", metrics_address=metrics, probe_address=None, workers=1, settings=Settings()
    )


async def test_a_task_that_crashes_ends_the_process_with_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(_: EventRecorder) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(EventRecorder, "run", crash)
    async with ScriptedApi(status(503)).client() as client, asyncio.timeout(10):
        with pytest.raises(RuntimeError, match="a defect"):
            await operate(configuration(), await credentials(client.server, tmp_path))


async def test_an_address_that_is_taken_ends_the_process(tmp_path: Path) -> None:
    async with ScriptedApi(EMPTY_LIST, Stream(held=True)).client() as client, asyncio.timeout(10):
        host, _, port = client.server.removeprefix("http://").rpartition(":")
        with pytest.raises(StartError, match="cannot listen"):
            await operate(configuration(Address(host, int(port))), await credentials(client.server, tmp_path))

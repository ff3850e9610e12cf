"""The optional admission webhook: AdmissionReview in, AdmissionReview out, over TLS.

Not kopf's server: that one reads its certificate once, where a Secret's is replaced every few months, and it answers
with an error for a kind that was not there when the process started.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web

from controller.reconcile.admission import Judgement, judge
from controller.runtime.errors import StartError
from controller.runtime.http import Handler

log = logging.getLogger(__name__)

PATH: Final = "/validate"
_CERTIFICATE, _KEY = "tls.crt", "tls.key"
_RELOAD_INTERVAL: Final = 60.0
_FLAG: Final = "--webhook-certificate-dir"


class _Request(msgspec.Struct, rename="camel"):
    uid: str
    object: dict[str, Any] | None = None
    old_object: dict[str, Any] | None = None


class _Review(msgspec.Struct):
    request: _Request


class Certificate:
    """A certificate and its key, as a Secret of type kubernetes.io/tls is mounted; read again when it changes."""

    def __init__(self, folder: Path) -> None:
        """Load it; raises StartError when it cannot be."""
        self._folder = folder
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self._loaded = self._load()
        except OSError as error:  # ssl.SSLError is one
            raise StartError(
                f"no certificate for the webhook in {folder}: {error}",
                next_step=f"{_FLAG} FOLDER, with {_CERTIFICATE} and {_KEY} in it",
            ) from error

    async def run(self) -> None:
        """Look every minute whether there is a newer one, until cancelled."""
        while True:
            await asyncio.sleep(_RELOAD_INTERVAL)
            self.refresh()

    def refresh(self) -> None:
        """Take the newer one, if there is one that can be used."""
        try:
            if (self._folder / _CERTIFICATE).stat().st_mtime_ns != self._loaded:
                self._loaded = self._load()
                log.info("the webhook has a new certificate")
        except OSError as error:
            log.warning("the webhook keeps its certificate, the one in %s cannot be used: %s", self._folder, error)

    def _load(self) -> int:
        written = (self._folder / _CERTIFICATE).stat().st_mtime_ns
        self.context.load_cert_chain(self._folder / _CERTIFICATE, self._folder / _KEY)
        return written


def admission_routes() -> dict[str, Handler]:
    """Judge what is posted to `PATH`."""

    async def validate(request: web.Request) -> web.Response:
        try:
            asked = msgspec.json.decode(await request.read(), type=_Review).request
        except msgspec.MsgspecError as error:
            return web.Response(status=400, text=f"no AdmissionReview: {error}")
        judgement = judge(asked.object, asked.old_object) if asked.object is not None else Judgement()
        return web.json_response(_answer(asked.uid, judgement))

    return {PATH: validate}


def _answer(uid: str, judgement: Judgement) -> dict[str, Any]:
    response: dict[str, Any] = {"uid": uid, "allowed": not judgement.problems}
    if judgement.problems:
        response["status"] = {"code": 422, "reason": "Invalid", "message": "; ".join(judgement.problems)}
    if judgement.warnings:
        response["warnings"] = list(judgement.warnings)
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}

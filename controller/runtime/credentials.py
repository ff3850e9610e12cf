"""Which API server, and as whom: read by the official client's loaders, kept fresh for ours."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kubernetes.aio.client import Configuration
from kubernetes.aio.config import kube_config, load_incluster_config, load_kube_config

from controller.runtime.errors import StartError

log = logging.getLogger(__name__)

# A rejected token is replaced by what its source holds now, but not by hammering an exec plugin.
_RELOAD_INTERVAL: Final = 10.0


class Credentials:
    """One API server's address, trust and identity.

    A service account's token is read again every minute, as its kubelet rotates it; everything else is loaded again
    when the API server rejects it (`renew`).
    """

    def __init__(self, configuration: Configuration, kubeconfig: str | None) -> None:
        """Wrap what a loader filled in; `kubeconfig` is None inside a cluster."""
        self._configuration = configuration
        self._kubeconfig = kubeconfig
        self._authorization: str | None = None
        self._renewed = float("-inf")
        self._renewal = asyncio.Lock()
        self._unreadable: set[str] = set()
        self.server: str = configuration.host.rstrip("/")
        self.proxy: str | None = configuration.proxy
        self.server_hostname: str | None = configuration.tls_server_name
        self.ssl_context = _ssl_context(configuration)

    async def authorization(self) -> str | None:
        """Return the value of the Authorization header, if these credentials have one; the last one if need be."""
        with self._surviving("the token"):
            self._authorization = await self._configuration.get_api_key_with_prefix("BearerToken")
        return self._authorization

    async def renew(self) -> None:
        """Load everything again, after the API server did not accept it; does nothing when that was done just now."""
        async with self._renewal:
            if time.monotonic() - self._renewed < _RELOAD_INTERVAL:
                return
            self._renewed = time.monotonic()
            with self._surviving("the credentials"), _leaving_no_files():
                self._configuration = await _configuration(self._kubeconfig)
                _load_client_certificate(self.ssl_context, self._configuration)

    @contextmanager
    def _surviving(self, what: str) -> Iterator[None]:
        """Go on with what is at hand when nothing newer can be read now; told once, not at every request."""
        try:
            yield
        # The loader's errors are of every kind; a file may be half-way replaced.
        except Exception as error:
            if what not in self._unreadable:
                self._unreadable.add(what)
                log.warning("%s could not be read again, so the last one read is used: %s", what, error)
        else:
            if what in self._unreadable:
                self._unreadable.discard(what)
                log.info("over: %s could not be read again", what)


async def load_credentials(kubeconfig: Path | None) -> Credentials:
    """Find the credentials: `kubeconfig`, else the pod's service account, else $KUBECONFIG, else ~/.kube/config.

    Raises StartError when nothing is found or what is found cannot be used.
    """
    source = _source(kubeconfig)
    try:
        with _leaving_no_files():
            return Credentials(await _configuration(source), source)
    # For half of what may be wrong in a file the loader has no error of its own: TypeError, KeyError, SSLError…
    except Exception as error:
        place = f"kubeconfig {source}" if source else "the pod's service account"
        reason = " ".join(str(error).split()) or type(error).__name__
        check = (
            f"kubectl --kubeconfig {source} config view" if source else "give the pod a service account and its token"
        )
        raise StartError(f"{place} cannot be used: {reason}", next_step=check) from error


def _source(kubeconfig: Path | None) -> str | None:
    """Return the path list of kubeconfig files to read, None for the pod's service account."""
    if kubeconfig is not None:
        if not kubeconfig.is_file():
            raise StartError(
                f"kubeconfig {kubeconfig} does not exist", next_step="name an existing file: --kubeconfig FILE"
            )
        return str(kubeconfig)
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return None
    paths = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    if not any(Path(path).expanduser().is_file() for path in paths.split(os.pathsep) if path):
        raise StartError(
            f"no cluster to talk to: not in a pod, and {paths} does not exist",
            next_step="mxjob-controller --kubeconfig FILE",
        )
    return paths


async def _configuration(kubeconfig: str | None) -> Configuration:
    configuration = Configuration()
    configuration.host = ""  # or a cluster without a server would silently become http://localhost
    if kubeconfig is None:
        load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]  # as published
    else:
        await load_kube_config(  # type: ignore[no-untyped-call]  # as published
            config_file=kubeconfig, client_configuration=configuration, persist_config=False
        )
    if not configuration.host:
        raise ValueError("the cluster of its current context has no `server`")
    return configuration


def _ssl_context(configuration: Configuration) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    # Python 3.13 began to insist on extensions that many clusters' own authorities lack.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    _load_client_certificate(context, configuration)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _load_client_certificate(context: ssl.SSLContext, configuration: Configuration) -> None:
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)


@contextmanager
def _leaving_no_files() -> Iterator[None]:
    """Remove the files that the loader makes of certificates and keys in a kubeconfig, once they are loaded.

    It would do so itself at exit; that is late for a private key, and never after a kill -9.
    """
    try:
        yield
    finally:
        kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call]  # as published

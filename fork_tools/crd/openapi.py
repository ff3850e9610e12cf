"""Where the pod template comes from: the OpenAPI document of Kubernetes' core API."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import urllib3
import yaml
from kubernetes import config
from kubernetes.client import ApiException

from fork_tools.cluster.lifecycle import up
from fork_tools.errors import MxforkError
from fork_tools.progress import Progress

CORE_API: Final = "/openapi/v3/api/v1"
_SAVE_DOCUMENT: Final = f"kubectl get --raw {CORE_API} > FILE"


def from_throwaway_cluster(progress: Progress) -> Mapping[str, Any]:
    """Read the document of a local API server that lives only for this call.

    Raises MxforkError when it cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="mxfork-crd-") as folder:
        cluster = up(Path(folder) / "cluster", crds=False, tied_to_parent=True, progress=progress)
        try:
            return from_cluster(cluster.kubeconfig)
        finally:
            cluster.down()


def from_cluster(kubeconfig: Path) -> Mapping[str, Any]:
    """Read the document of the API server that `kubeconfig` names.

    Raises MxforkError when the file is no kubeconfig or the server does not answer.
    """
    try:
        client = config.new_client_from_config(str(kubeconfig))  # type: ignore[no-untyped-call]  # theirs has no types
    # The client reports some unusable files itself, and trips over the others.
    except (config.ConfigException, yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise MxforkError(
            f"{kubeconfig} is no usable kubeconfig",
            facts=(("because", " ".join(str(error).split())),),
            next_step="name another file with --kubeconfig, or leave it out to use a throw-away cluster",
        ) from error
    with client:
        try:
            response = client.call_api(*client.param_serialize("GET", CORE_API, auth_settings=["BearerToken"]))
            body = response.read()
        except (ApiException, urllib3.exceptions.HTTPError) as error:
            raise _unreadable(f"{client.configuration.host}{CORE_API}", str(error)) from error
    if response.status != 200:
        raise _unreadable(f"{client.configuration.host}{CORE_API}", f"{response.status} {response.reason}")
    return _document(body, f"{client.configuration.host}{CORE_API}")


def from_file(path: Path) -> Mapping[str, Any]:
    """Read a document that was saved before.

    Raises MxforkError when the file is not one.
    """
    return _document(path.read_bytes(), str(path))


def kubernetes_version(document: Mapping[str, Any]) -> str:
    """Tell which Kubernetes version the document describes, for example 1.37."""
    return str(document["info"]["version"])


def _document(body: bytes, source: str) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
        document["info"]["version"], document["components"]["schemas"]
    except (ValueError, LookupError, TypeError) as error:
        raise MxforkError(
            f"{source} holds no OpenAPI v3 document",
            facts=(("because", repr(error)),),
            next_step=f"save one with `{_SAVE_DOCUMENT}`",
        ) from error
    return dict(document)


def _unreadable(address: str, reason: str) -> MxforkError:
    return MxforkError(
        f"cannot read {address}",
        facts=(("because", reason),),
        next_step=f"see whether `{_SAVE_DOCUMENT}` works, and pass its result with --openapi FILE",
    )

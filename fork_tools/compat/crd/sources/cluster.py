"""CRDs and objects in a cluster, read with the official client."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import urllib3
import yaml
from kubernetes import config
from kubernetes.client import ApiClient, ApiException

from fork_tools.compat.crd.definition import Definition, parse
from fork_tools.compat.crd.sources.documents import Loaded
from fork_tools.errors import MxforkError

DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_PAGE: Final = 500
_TIMEOUT: Final = (5, 60)  # seconds to connect, and to read


@dataclass(frozen=True, slots=True)
class Answered:
    """What the API server answered."""

    status: int
    body: Mapping[str, Any]


class ClusterApi:
    """An API server that a kubeconfig names."""

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None) -> None:
        """Read the kubeconfig (the user's by default). Raises MxforkError when it is unusable."""
        try:
            self._client: ApiClient = config.new_client_from_config(  # type: ignore[no-untyped-call]
                str(kubeconfig) if kubeconfig else None, context=context
            )
        # The client reports some unusable files itself, and trips over the others.
        except (config.ConfigException, yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
            raise MxforkError(
                f"there is no usable kubeconfig for {_cluster(context)}",
                facts=(("because", " ".join(str(error).split())),),
                next_step="kubectl config get-contexts    shows the contexts; --kubeconfig FILE names another file",
            ) from error
        self._client.configuration.retries = urllib3.Retry(1)
        self.name = _cluster(context)

    @property
    def host(self) -> str:
        """The address of the API server."""
        return str(self._client.configuration.host)

    def request(self, method: str, path: str, body: object = None, **query: str) -> Answered:
        """Send one request. Raises MxforkError when no API server answers; a refusal is an answer."""
        arguments = self._client.param_serialize(
            method,
            path,
            query_params=list(query.items()),
            header_params={"Content-Type": "application/json", "Accept": "application/json"},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._client.call_api(*arguments, _request_timeout=_TIMEOUT)
            return Answered(int(response.status), _json(response.read()))  # type: ignore[no-untyped-call]
        except ApiException as error:
            return Answered(int(error.status or 0), _json(error.body or b"{}"))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise MxforkError(
                f"the API server of {self.name} does not answer",
                facts=(("server", self.host), ("because", " ".join(str(error).split())[:200])),
                next_step="kubectl get --raw /readyz    shows whether it can be reached",
            ) from error

    def definition(self, name: str) -> Loaded:
        """Read the CRD `name`. Raises MxforkError when there is none, or it may not be read."""
        answered = self.request("GET", f"{DEFINITIONS}/{name}")
        if answered.status != 200:
            raise MxforkError(
                f"cannot read the CRD {name} from {self.name}",
                facts=(("because", refusal(answered)),),
                next_step=f"kubectl get customresourcedefinition {name}    or name another with --name",
            )
        return Loaded(parse(answered.body, self.name), self.name)

    def objects(self, definition: Definition) -> Iterator[Mapping[str, Any]]:
        """Yield every object of the CRD, page by page, as its storage version shows it. Raises MxforkError."""
        path = f"/apis/{definition.group}/{definition.storage_version}/{definition.names['plural']}"
        query = {"limit": str(_PAGE)}
        while True:
            answered = self.request("GET", path, **query)
            if answered.status == 410:
                query = {"limit": str(_PAGE)}
                continue
            if answered.status != 200:
                raise MxforkError(
                    f"cannot list the {definition.names['plural']} of {self.name}",
                    facts=(("because", refusal(answered)),),
                    next_step=f"kubectl get {definition.name.partition('.')[0]} --all-namespaces",
                )
            yield from answered.body.get("items") or ()
            token = (answered.body.get("metadata") or {}).get("continue")
            if not token:
                return
            query = {"limit": str(_PAGE), "continue": token}


def refusal(answered: Answered) -> str:
    """Tell in the API server's words why it refused."""
    return f"{answered.status} {answered.body.get('message', 'without a message')}"


def _json(body: bytes | str) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {"message": str(body)[:200]}
    return document if isinstance(document, dict) else {}


def _cluster(context: str | None) -> str:
    return f"cluster:{context or ''}"

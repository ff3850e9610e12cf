"""An API server as raw JSON, with the credentials of a kubeconfig, of a pod, or of the current context."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml
from kubernetes import client, config

from fork_tools.errors import ExitCode, MxforkError

Object = dict[str, Any]

MERGE_PATCH = "application/merge-patch+json"
_PAGE = 500
_SECONDS = 30.0


class RefusedError(MxforkError):
    """The API server answered, and did not do it; `status` is its HTTP code."""

    def __init__(self, status: int, method: str, path: str, message: str) -> None:
        """Keep the code apart from the words."""
        super().__init__(
            f"the API server refused {method} {path}",
            facts=(("because", f"{status}: {message}"),),
            next_step="see whether kubectl may do it with the same kubeconfig",
        )
        self.status = status


class ApiServer:
    """Requests to one API server."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = api

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self._api.configuration.host)

    def close(self) -> None:
        """Close the connections."""
        self._api.rest_client.close()

    def get(self, path: str) -> Object:
        """Read an object."""
        return self.request("GET", path)

    def find(self, path: str) -> Object | None:
        """Read an object that need not be there."""
        try:
            return self.get(path)
        except RefusedError as error:
            if error.status == 404:
                return None
            raise

    def delete(self, path: str, **options: Any) -> None:
        """Delete an object; one that is gone already is as well."""
        try:
            self.request("DELETE", path, options)
        except RefusedError as error:
            if error.status != 404:
                raise

    def items(self, path: str, **parameters: str) -> Iterator[Object]:
        """List a collection page by page; one that the server does not know is empty."""
        token: str | None = ""
        while token is not None:
            query = urlencode({"limit": str(_PAGE), **({"continue": token} if token else {}), **parameters})
            page = self.find(f"{path}?{query}") or {"items": []}
            yield from page["items"]
            token = page.get("metadata", {}).get("continue") or None

    def patch(self, path: str, patch: Object) -> Object:
        """Apply a JSON merge patch."""
        return self.request("PATCH", path, patch, MERGE_PATCH)

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Object:
        """Send a request and return its answer.

        Raises RefusedError for an answer that is an error, MxforkError when there is no answer.
        """
        headers: dict[str, str] = {"Accept": "application/json", "Content-Type": content_type}
        try:
            self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
            response = self._api.rest_client.request(  # type: ignore[no-untyped-call]  # theirs, no types
                method, self.address + path, headers=headers, body=body, _request_timeout=_SECONDS
            )
            text = response.read().decode()
        except (urllib3.exceptions.HTTPError, client.ApiException) as error:
            raise MxforkError(
                f"{self.address} does not answer",
                facts=(("because", " ".join(str(error).split())),),
                next_step="see whether `kubectl version` works with the same kubeconfig",
            ) from error
        if response.status >= 400:
            raise RefusedError(response.status, method, path.partition("?")[0], _message(text))
        return dict(json.loads(text))


def connect(kubeconfig: Path | None = None, context: str | None = None) -> ApiServer:
    """Connect to what `kubeconfig` (by default KUBECONFIG or ~/.kube/config) and `context` name.

    Raises MxforkError (wrong use) when they name nothing usable.
    """
    try:
        name = str(kubeconfig) if kubeconfig else None
        api = config.new_client_from_config(name, context=context)  # type: ignore[no-untyped-call]  # theirs, no types
    # The client reports some unusable files itself, and trips over the others.
    except (config.ConfigException, yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise MxforkError(
            f"{kubeconfig or 'the default kubeconfig'} is not usable",
            facts=(("because", " ".join(str(error).split())),),
            next_step="name another with --kubeconfig, or another of its contexts with --context",
            exit_code=ExitCode.WRONG_USE,
        ) from error
    # One failure is told at once; whoever asked can ask again.
    api.configuration.retries = False
    return ApiServer(client.ApiClient(api.configuration))


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:200]

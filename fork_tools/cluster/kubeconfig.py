"""Access files: who one is and which server to trust, everything embedded so that the file works wherever it goes."""

from __future__ import annotations

from base64 import b64encode

import yaml

from fork_tools.cluster.pki import KeyPair

CONTEXT = "mxfork"


def kubeconfig(server: str, authority: bytes, client: KeyPair) -> str:
    """Render the kubeconfig (YAML) of `client` for the API server at the URL `server`, verified by `authority`."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "clusters": [
            {"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": _encoded(authority)}}
        ],
        "users": [
            {
                "name": CONTEXT,
                "user": {
                    "client-certificate-data": _encoded(client.certificate),
                    "client-key-data": _encoded(client.key),
                },
            }
        ],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT, "namespace": "default"}}],
    }
    return yaml.safe_dump(document, sort_keys=False)


def _encoded(pem: bytes) -> str:
    return b64encode(pem).decode("ascii")

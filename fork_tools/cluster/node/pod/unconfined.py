"""Running a pod without namespaces: what it would have found under its own names and paths is pointed at the host's.

A service's name becomes 127.0.0.1 in variables and arguments, since there is no hosts file to hold it. A path below a
volume's mountPath becomes the volume's folder in variables, arguments and workingDir, since nothing can be mounted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from fork_tools.cluster.node.pod.hosts import service_names
from fork_tools.cluster.node.pod.manifest import Service
from fork_tools.cluster.node.sandbox.bundle import Bind, Bundle

LOOPBACK = "127.0.0.1"
_NAME_CHARACTER = r"[A-Za-z0-9.-]"
_PATH_CHARACTER = r"[A-Za-z0-9._-]"


def unconfined(bundle: Bundle, services: Iterable[Service]) -> Bundle:
    """Rewrite a bundle so that it means the same without namespaces, as far as that can be."""
    names = {name for service in services for name in service_names(service)} | _expected_names(bundle.environment)

    def rewritten(text: str) -> str:
        return _with_host_paths(_with_loopback(text, names), bundle.binds)

    environment = {name: rewritten(value) for name, value in bundle.environment.items()}
    return Bundle(
        argv=tuple(rewritten(word) for word in bundle.argv),
        environment={"DMLC_NODE_HOST": LOOPBACK} | environment,
        working_directory=_with_host_paths(bundle.working_directory, bundle.binds),
        hostname=bundle.hostname,
        user=bundle.user,
        group=bundle.group,
    )


def _expected_names(environment: Mapping[str, str]) -> set[str]:
    """Find the services that an MXJob's variables name, which may be created after its pods (spec §3.12)."""
    names = {environment.get("DMLC_PS_ROOT_URI", "")}
    try:
        cluster = json.loads(environment.get("MX_CONFIG", "{}"))["cluster"]
        names |= {str(member["url"]) for members in cluster.values() for member in members}
    except (ValueError, LookupError, TypeError, AttributeError):
        return names - {""}
    return names - {""}


def _with_loopback(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!{_NAME_CHARACTER}){re.escape(name)}(?!{_NAME_CHARACTER})", LOOPBACK, text)
    return text


def _with_host_paths(text: str, binds: Iterable[Bind]) -> str:
    for bind in sorted(binds, key=lambda each: len(each.target), reverse=True):
        pattern = rf"(?<!{_PATH_CHARACTER})(?<!/){re.escape(bind.target.rstrip('/'))}(?!{_PATH_CHARACTER})"
        text = re.sub(pattern, lambda _found, source=bind.source: source, text)  # type: ignore[misc]
    return text

"""The webhook that v1.8.1 leaves behind: with nobody to answer, it blocks every write of an MXJob (B39). Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from controller.runtime.resources import Resource

CONFIGURATIONS: Final = Resource(
    "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"
)
_V1_8_1: Final = "validator.mxjob.training-operator.kubeflow.org"


class _Metadata(msgspec.Struct):
    name: str


class _Webhook(msgspec.Struct, rename="camel"):
    name: str
    failure_policy: str = "Fail"


class Configuration(msgspec.Struct):
    """As much of a ValidatingWebhookConfiguration as matters here."""

    metadata: _Metadata
    webhooks: list[_Webhook] = []


class Configurations(msgspec.Struct):
    """A list of them."""

    items: list[Configuration]


def complaints(configurations: Iterable[Configuration]) -> Iterator[str]:
    """Name each entry of v1.8.1's for MXJobs that fails closed, and the command that removes it."""
    for configuration in configurations:
        for index, webhook in enumerate(configuration.webhooks):
            if webhook.name == _V1_8_1 and webhook.failure_policy == "Fail":
                name = configuration.metadata.name
                yield (
                    f"the ValidatingWebhookConfiguration {name} has v1.8.1's entry for MXJobs: without that operator "
                    f"no MXJob can be created, changed or deleted; next: {_removal(name, index, webhook.name)}"
                )


def _removal(configuration: str, index: int, webhook: str) -> str:
    """Build the command; it fails rather than removing another entry that has moved there."""
    operations = [
        {"op": "test", "path": f"/webhooks/{index}/name", "value": webhook},
        {"op": "remove", "path": f"/webhooks/{index}"},
    ]
    patch = msgspec.json.encode(operations).decode()
    return f"kubectl patch validatingwebhookconfiguration {configuration} --type=json -p {shlex.quote(patch)}"

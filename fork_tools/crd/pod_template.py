"""What an MXJob asks of a pod template beyond what Kubernetes does; v1.8.1 found it out too late or crashed (B4)."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from fork_tools.crd.rules import OPERATORS_CONTAINER
from fork_tools.crd.schema import Schema

# No pod comes near it; without a bound the API server cannot tell what the rule costs, and refuses the CRD.
_MOST_CONTAINERS: Final = 1024


def runnable(pod_template: Schema) -> Schema:
    """Require containers, their images and the operator's container of the structural schema of a PodTemplateSpec.

    Init containers are left as Kubernetes has them: v1.8.1 does not look at them either.
    """
    template = deepcopy(pod_template)
    template["required"] = ["spec"]
    containers = template["properties"]["spec"]["properties"]["containers"]
    containers |= {
        "minItems": 1,
        "maxItems": _MOST_CONTAINERS,
        "x-kubernetes-validations": [OPERATORS_CONTAINER.schema()],
    }
    container = containers["items"]
    container["required"] = sorted({*container["required"], "image"})
    container["properties"]["image"]["minLength"] = 1
    return template

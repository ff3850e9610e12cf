"""The smallest OpenAPI document that an MXJob CRD can be generated from."""

from __future__ import annotations

from typing import Any, Final

DOCUMENT: Final[dict[str, Any]] = {
    "info": {"version": "1.37"},
    "components": {
        "schemas": {
            "io.k8s.api.core.v1.PodTemplateSpec": {
                "type": "object",
                "properties": {
                    "spec": {
                        "type": "object",
                        "required": ["containers"],
                        "properties": {
                            "containers": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["name"],
                                    "properties": {"image": {"type": "string"}, "name": {"type": "string"}},
                                },
                            }
                        },
                    }
                },
            },
            "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector": {"type": "object"},
        }
    },
}

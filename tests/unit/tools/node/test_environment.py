"""What a container finds in its environment, and what it executes."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from fork_tools.cluster.node.pod.command import argv
from fork_tools.cluster.node.pod.environment import environment, expand
from fork_tools.cluster.node.pod.errors import PodError
from fork_tools.cluster.node.pod.manifest import ConfigMap, Pod, Secret
from fork_tools.cluster.node.pod.references import References, referred_names
from tests.unit.tools.node.manifests import SURROUNDINGS, container, pod

REFERENCES = References(
    {"config": ConfigMap(data={"speed": "fast"}, binary_data={"raw": base64.b64encode(b"bytes").decode()})},
    {"secret": Secret(data={"word": base64.b64encode(b"sesame").decode()})},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(NAME)", "value"),
        ("a-$(NAME)-$(NAME)", "a-value-value"),
        pytest.param("$(OTHER)", "$(OTHER)", id="what is not defined stays"),
        pytest.param("$$(NAME)", "$(NAME)", id="escaped"),
        pytest.param("$$$(NAME)", "$value", id="an escape, then a reference"),
        pytest.param("kill -9 $$", "kill -9 $", id="an escape wherever it stands"),
        pytest.param("$NAME ${NAME} $(NAME", "$NAME ${NAME} $(NAME", id="only parentheses refer"),
    ],
)
def test_expand(text: str, expected: str) -> None:
    assert expand(text, {"NAME": "value"}) == expected


def variables(*env: dict[str, Any], env_from: tuple[dict[str, Any], ...] = (), **metadata: Any) -> dict[str, str]:
    one = pod(container(env=list(env), envFrom=list(env_from)), metadata=metadata, nodeName="node-0")
    return environment(one, one.spec.containers[0], {"PATH": "/bin"}, REFERENCES, SURROUNDINGS)


def source(**kinds: Any) -> dict[str, Any]:
    return {"name": "X", "valueFrom": kinds}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "X", "value": "1"}, "1"),
        pytest.param({"name": "X"}, "", id="no value is the empty string"),
        (source(fieldRef={"fieldPath": "metadata.name"}), "demo"),
        (source(fieldRef={"fieldPath": "metadata.namespace"}), "space"),
        (source(fieldRef={"fieldPath": "metadata.uid"}), "u-1"),
        (source(fieldRef={"fieldPath": "metadata.labels['a/b']"}), "label"),
        (source(fieldRef={"fieldPath": "metadata.annotations['none']"}), ""),
        (source(fieldRef={"fieldPath": "status.podIP"}), "10.244.0.7"),
        (source(fieldRef={"fieldPath": "status.hostIP"}), "127.0.0.1"),
        (source(fieldRef={"fieldPath": "spec.nodeName"}), "node-0"),
        (source(fieldRef={"fieldPath": "spec.serviceAccountName"}), "default"),
        (source(configMapKeyRef={"name": "config", "key": "speed"}), "fast"),
        (source(configMapKeyRef={"name": "config", "key": "none", "optional": True}), None),
        (source(configMapKeyRef={"name": "none", "key": "none", "optional": True}), None),
        (source(secretKeyRef={"name": "secret", "key": "word"}), "sesame"),
        pytest.param(source(resourceFieldRef={"resource": "limits.cpu"}), "8", id="without a limit, the node's"),
    ],
)
def test_a_variable(entry: dict[str, Any], expected: str | None) -> None:
    assert variables(entry, labels={"a/b": "label"}).get("X") == expected


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (source(configMapKeyRef={"name": "config", "key": "none"}), 'key "none" not found in configmap "config"'),
        (source(configMapKeyRef={"name": "none", "key": "a"}), 'configmap "none" not found'),
        (source(secretKeyRef={"name": "none", "key": "a"}), 'secret "none" not found'),
        (source(fieldRef={"fieldPath": "spec.tolerations"}), "unsupported fieldPath: spec.tolerations"),
        (source(fileKeyRef={"key": "a"}), 'the source of variable "X" is of a kind that this node does not know'),
    ],
)
def test_a_variable_that_cannot_be_had(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(PodError) as caught:
        variables(entry)
    assert (caught.value.reason, caught.value.message) == ("CreateContainerConfigError", message)


def test_later_variables_win_and_may_refer_to_earlier_ones() -> None:
    found = variables(
        {"name": "A", "value": "1"},
        {"name": "speed", "value": "$(A)$(B)"},
        {"name": "B", "value": "2"},
        {"name": "PATH", "value": "/opt:$(PATH)"},
        env_from=({"configMapRef": {"name": "config"}}, {"prefix": "S_", "secretRef": {"name": "secret"}}),
    )
    expected = {"A": "1", "B": "2", "PATH": "/opt:/bin", "speed": "1$(B)", "raw": "bytes", "S_word": "sesame"}
    assert found == expected


def test_command_and_arguments_are_expanded() -> None:
    (one,) = pod(container(command=["$(PROGRAM)", "-c"], args=["$(NONE)"])).spec.containers
    assert argv(one, {"PROGRAM": "sh"}) == ("sh", "-c", "$(NONE)")


def test_a_container_without_a_command() -> None:
    (one,) = pod(container(command=[], args=["--help"])).spec.containers
    with pytest.raises(PodError, match='give container "main" a command') as caught:
        argv(one, {})
    assert caught.value.reason == "CreateContainerError"


def test_every_reference_is_looked_up() -> None:
    one: Pod = pod(
        container(env=[source(secretKeyRef={"name": "s1", "key": "k"})]),
        initContainers=[container("init", envFrom=[{"configMapRef": {"name": "c1"}}])],
        volumes=[
            {"name": "a", "configMap": {"name": "c2"}},
            {"name": "b", "secret": {"secretName": "s2"}},
            {"name": "c", "projected": {"sources": [{"configMap": {"name": "c3"}}, {"secret": {"name": "s3"}}]}},
        ],
    )
    found = referred_names(one)
    assert sorted(found.config_maps) == ["c1", "c2", "c3"]
    assert sorted(found.secrets) == ["s1", "s2", "s3"]

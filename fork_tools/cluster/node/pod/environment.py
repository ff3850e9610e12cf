"""A container's environment variables, expanded as Kubernetes does it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fork_tools.cluster.node.pod.errors import config_error
from fork_tools.cluster.node.pod.fields import Surroundings, field_value, resource_value
from fork_tools.cluster.node.pod.manifest import Container, KeyReference, Pod, Variable, VariablesSource
from fork_tools.cluster.node.pod.references import References

_REFERENCE = re.compile(r"\$(\$|\(([^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace `$(NAME)` by a variable's value; `$$` is a dollar sign; what is not defined stays as it is."""

    def replaced(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        return variables.get(found[2], found[0])

    return _REFERENCE.sub(replaced, text)


def environment(
    pod: Pod, container: Container, base: Mapping[str, str], references: References, surroundings: Surroundings
) -> dict[str, str]:
    """Compute the variables of `container`: those of `base`, then `envFrom`, then `env`, the later one winning.

    A value may refer to variables defined before it. Raises PodError where an object or key is missing.
    """
    variables = dict(base)
    for group in container.env_from:
        variables |= _group(group, references)
    for variable in container.env:
        value = _value(pod, container, variable, variables, references, surroundings)
        if value is not None:
            variables[variable.name] = value
    return variables


def _group(group: VariablesSource, references: References) -> dict[str, str]:
    values: dict[str, bytes] = {}
    if group.config_map_ref is not None:
        values |= references.config_map(group.config_map_ref.name, optional=group.config_map_ref.optional) or {}
    if group.secret_ref is not None:
        values |= references.secret(group.secret_ref.name, optional=group.secret_ref.optional) or {}
    return {group.prefix + key: _text(value) for key, value in values.items()}


def _value(
    pod: Pod,
    container: Container,
    variable: Variable,
    defined: Mapping[str, str],
    references: References,
    surroundings: Surroundings,
) -> str | None:
    source = variable.value_from
    if source is None:
        return expand(variable.value, defined)
    if source.field_ref is not None:
        return field_value(pod, source.field_ref.field_path, surroundings)
    if source.resource_field_ref is not None:
        return resource_value(pod, container, source.resource_field_ref, surroundings)
    if (wanted := source.config_map_key_ref) is not None:
        return _key("configmap", wanted, references.config_map(wanted.name, optional=wanted.optional))
    if (wanted := source.secret_key_ref) is not None:
        return _key("secret", wanted, references.secret(wanted.name, optional=wanted.optional))
    raise config_error(f'the source of variable "{variable.name}" is of a kind that this node does not know')


def _key(kind: str, wanted: KeyReference, values: Mapping[str, bytes] | None) -> str | None:
    if values is not None and wanted.key in values:
        return _text(values[wanted.key])
    if not wanted.optional:
        raise config_error(f'key "{wanted.key}" not found in {kind} "{wanted.name}"')
    return None


def _text(value: bytes) -> str:
    return value.decode(errors="surrogateescape")

"""YAML as nodes, so that every field keeps its line; what would never end is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import yaml

from fork_tools.compat.crd.paths import FieldPath, StepKind

_DEEPEST: Final = 300
_MOST_VALUES: Final = 3_000_000

try:
    from yaml import CSafeLoader as _Loader
except ImportError:
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # the same interface, slower


class UnreadableError(Exception):
    """The text is no YAML that can be compared; says why, with the line if there is one."""


def documents(text: str) -> Iterator[tuple[yaml.Node | None, Any]]:
    """Yield each document of `text` as nodes and as values; JSON, which is read much faster, has no nodes.

    Raises UnreadableError.
    """
    try:
        if text.lstrip().startswith("{"):
            yield None, json.loads(text)
            return
        loader = _Loader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is not None:
                    _require_finite(node)
                    yield node, loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UnreadableError(f"{place}{error.problem or error.context}") from error
    except RecursionError as error:
        raise UnreadableError(f"it is nested deeper than {_DEEPEST} levels") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError(" ".join(str(error).split())) from error


def _require_finite(root: yaml.Node) -> None:
    """Refuse what refers to itself, or unfolds to more than any API server takes."""
    if _unfolded_size(root, frozenset(), {}) > _MOST_VALUES:
        raise UnreadableError(f"its aliases unfold to more than {_MOST_VALUES} values")


def _unfolded_size(node: yaml.Node, above: frozenset[int], known: dict[int, int]) -> int:
    if id(node) in above:
        raise UnreadableError(f"line {_line(node)}: an alias refers to what contains it")
    if len(above) > _DEEPEST:
        raise UnreadableError(f"line {_line(node)}: it is nested deeper than {_DEEPEST} levels")
    if id(node) not in known:
        inside = above | {id(node)}
        known[id(node)] = 1 + sum(_unfolded_size(child, inside, known) for child in _children(node))
    return known[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        yield from (part for pair in node.value for part in pair)
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def line_of(root: yaml.Node, version: str, path: FieldPath) -> int:
    """Find the line of a schema's place, or of its nearest ancestor that is there; of the version without a path."""
    found = _version(root, version)
    if found is None:
        return _line(root)
    key, place = found, _enter(_enter(found, "schema")[1], "openAPIV3Schema")[1]
    for step in path.steps:
        entered = _enter(place, step.kind.value)
        if step.kind is StepKind.FIELD:
            entered = _enter(entered[1], step.name)
        if entered[0] is None:
            break
        key, place = entered
    return _line(key)


def _version(root: yaml.Node, name: str) -> yaml.Node | None:
    versions = _enter(_enter(root, "spec")[1], "versions")[1]
    listed = versions.value if isinstance(versions, yaml.SequenceNode) else []
    return next((node for node in listed if _scalar(_enter(node, "name")[1]) == name), None)


def _enter(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | tuple[None, None]:
    """Find an entry: its key, which is where it begins, and its value."""
    entries = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((name, value) for name, value in entries if _scalar(name) == key), (None, None))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(node: yaml.Node | None) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None

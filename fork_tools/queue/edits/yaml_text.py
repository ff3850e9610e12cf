"""Typed edits of YAML and JSON as splices of their text: comments, quotes, order and indentation stay as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from fork_tools.queue.edits import paths, structured
from fork_tools.queue.edits.edited import Edited, EditError
from fork_tools.queue.edits.structured import Act, Format, StructuredEdit

_WIDTH = 10_000


@dataclass(frozen=True, slots=True)
class _Document:
    """One document: its syntax tree (with places in the text) and its plain data."""

    node: yaml.Node
    data: Any


def apply(text: str, edit: StructuredEdit) -> Edited:
    """Make the edit. Raises EditError when the text is not of its format, or the path leads nowhere."""
    document = _document(text, edit)
    place = paths.descend(document.data, edit.path)
    node, data = _node(document.node, place), paths.at(document.data, place)
    result = _ACTS[edit.act](text, node, data, edit)
    if result is None:
        return Edited(text, 0, already=True)
    _document(result, edit)
    return Edited(result, 1)


def _document(text: str, edit: StructuredEdit) -> _Document:
    # JSON may be indented with tabs, which YAML refuses; a blank keeps every place where it is.
    readable = text.replace("\t", " ") if edit.format is Format.JSON else text
    try:
        nodes = list(yaml.compose_all(readable, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise EditError(f"it is no {edit.format.upper()}: {error}") from error
    data = [_plain(node) for node in nodes]
    index = structured.chosen(data, edit)
    return _Document(nodes[index], data[index])


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    if node.tag == "tag:yaml.org,2002:int" and str(node.value).isdecimal():
        return int(node.value)
    if node.tag == "tag:yaml.org,2002:bool":
        return str(node.value).lower() in {"true", "yes", "on"}
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _node(node: yaml.Node, place: tuple[str | int, ...]) -> yaml.Node:
    for step in place:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        else:
            node = node.value[step]
    return node


def _set(text: str, node: yaml.Node, data: Any, edit: StructuredEdit) -> str | None:
    if data == edit.value:
        return None
    if not isinstance(node, yaml.ScalarNode) or isinstance(edit.value, dict | list):
        raise EditError("`set` changes a single value; take `insert` and `remove` for lists and mappings")
    start, end = node.start_mark.index, node.end_mark.index
    if node.style in {"'", '"'} and isinstance(edit.value, str):
        new = json.dumps(edit.value, ensure_ascii=False) if node.style == '"' else _single_quoted(edit.value)
    else:
        new = _inline(edit.value, edit.format)
    return text[:start] + new + text[end:]


def _insert(text: str, node: yaml.Node, data: Any, edit: StructuredEdit) -> str | None:
    if isinstance(node, yaml.MappingNode):
        return _insert_keys(text, node, data, edit)
    if not isinstance(node, yaml.SequenceNode):
        raise EditError("`insert` needs a list or a mapping at its path")
    if edit.value in data:
        return None
    return _put(text, node, structured.position(data, edit), _entry_text(edit.value, edit, node, text), edit)


def _like(text: str, node: yaml.Node, data: Any, edit: StructuredEdit) -> str | None:
    if not isinstance(node, yaml.SequenceNode):
        raise EditError("`like` needs a list at its path")
    index = structured.one(data, structured.selector(str(edit.value)))
    copied = structured.substituted(data[index], edit.substitute)
    if copied == data[index]:
        raise EditError("`substitute` changes nothing in what it copies")
    if copied in data:
        return None
    item = node.value[index]
    source = text[item.start_mark.index : _end(text, item)]
    for old, new in edit.substitute.items():
        source = source.replace(old, new)
    at = structured.position(data, edit) if edit.beside is not None else index + 1
    return _put(text, node, at, source, edit)


def _remove(text: str, node: yaml.Node, data: Any, edit: StructuredEdit) -> str | None:
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, value) for key, value in node.value if key.value == edit.value]
        if not pairs:
            return None
        starts = [key.start_mark.index for key, _ in node.value]
        start, end = pairs[0][0].start_mark.index, _end(text, pairs[0][1])
        return _cut(text, start, end, starts, node)
    if not isinstance(node, yaml.SequenceNode):
        raise EditError("`remove` needs a list or a mapping at its path")
    select = structured.selector(str(edit.value))
    found = [index for index, element in enumerate(data) if select.means(element)]
    if not found:
        return None
    item = node.value[structured.one(data, select)]
    return _cut(text, item.start_mark.index, _end(text, item), [i.start_mark.index for i in node.value], node)


def _cut(text: str, start: int, end: int, starts: list[int], node: yaml.CollectionNode) -> str:
    if len(starts) == 1:
        raise EditError("it is the last entry: take out what holds it instead")
    if node.flow_style:
        later = [other for other in starts if other > start]
        if later:
            return text[:start] + text[min(later) :]
        before = text.rfind(",", 0, start)
        return text[:before] + text[end:]
    begin = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    return text[:begin] + (text[after + 1 :] if after >= 0 else "")


def _insert_keys(text: str, node: yaml.MappingNode, data: Any, edit: StructuredEdit) -> str | None:
    if not isinstance(edit.value, dict):
        raise EditError("what is inserted into a mapping is to be a table of keys")
    missing = {key: value for key, value in edit.value.items() if data.get(key) != value}
    if not missing:
        return None
    if clash := sorted(set(missing) & set(data)):
        raise EditError(f"{clash[0]} is there with another value; take `set`")
    keys = [str(key.value) for key, _ in node.value]
    ordered = keys == sorted(keys)
    for key, value in sorted(missing.items()):
        at = len(keys)
        if edit.beside is not None:
            at = structured.one(list(keys), edit.beside) + (0 if edit.before else 1)
        elif ordered:
            at = next((index for index, known in enumerate(keys) if known > key), at)
        text = _put_key(text, node, at, key, value, edit)
        node_at = _document(text, edit)
        place = paths.descend(node_at.data, edit.path)
        found = _node(node_at.node, place)
        if not isinstance(found, yaml.MappingNode):
            raise EditError("the mapping got lost")
        node = found
        keys = [str(known.value) for known, _ in node.value]
    return text


def _put_key(text: str, node: yaml.MappingNode, at: int, key: str, value: Any, edit: StructuredEdit) -> str:
    spans = [(known.start_mark.index, _end(text, entry)) for known, entry in node.value]
    if node.flow_style or edit.format is Format.JSON:
        return _put_flow(text, node, spans, at, f"{json.dumps(key)}: {_inline(value, edit.format)}")
    if not spans:
        raise EditError("the mapping is empty: its indentation is not known")
    indent = " " * node.value[0][0].start_mark.column
    block = _block({key: value}, "")
    return _put_lines(text, spans, at, _indented(block, indent), indent)


def _put(text: str, node: yaml.SequenceNode, at: int, source: str, edit: StructuredEdit) -> str:
    spans = [(item.start_mark.index, _end(text, item)) for item in node.value]
    if node.flow_style or edit.format is Format.JSON:
        return _put_flow(text, node, spans, at, source)
    indent = " " * node.start_mark.column
    return _put_lines(text, spans, at, f"- {source}", indent)


def _put_lines(text: str, spans: list[tuple[int, int]], at: int, block: str, indent: str) -> str:
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = (indent + block.rstrip("\n")).replace("\n", ending) + ending
    if at < len(spans):
        begin = text.rfind("\n", 0, spans[at][0]) + 1
        if text[begin : spans[at][0]].strip(" -"):
            raise EditError("its list shares a line with another; write that out first")
        if text[begin : spans[at][0]].count("-") > len(text[begin : begin + len(indent)].split()) + 1:
            raise EditError("its list begins on the line of another list")
        return text[:begin] + lines + text[begin:]
    end = text.find("\n", spans[-1][1])
    if end < 0:
        return text + ending + lines.removesuffix(ending)
    return text[: end + 1] + lines + text[end + 1 :]


def _put_flow(text: str, node: yaml.Node, spans: list[tuple[int, int]], at: int, source: str) -> str:
    if not spans:
        inside = node.start_mark.index + 1
        return text[:inside] + source + text[inside:]
    if at < len(spans):
        start = spans[at][0]
        gap = text[spans[at - 1][1] : start] if at else ("," + _lead(text, spans[0][0]))
        return text[:start] + source + gap + text[start:]
    gap = text[spans[-2][1] : spans[-1][0]] if len(spans) > 1 else "," + (_lead(text, spans[0][0]) or " ")
    end = spans[-1][1]
    return text[:end] + gap + source + text[end:]


def _lead(text: str, start: int) -> str:
    begin = start
    while begin and text[begin - 1] in " \t\r\n":
        begin -= 1
    return text[begin:start]


def _entry_text(value: Any, edit: StructuredEdit, node: yaml.SequenceNode, text: str) -> str:
    if node.flow_style or edit.format is Format.JSON:
        return _flow(value, node, text)
    return _indented(_block(value, ""), " " * (node.start_mark.column + 2)).lstrip(" ").rstrip("\n")


def _flow(value: Any, node: yaml.SequenceNode, text: str) -> str:
    if isinstance(value, str) and node.value and text[node.value[0].start_mark.index] not in "\"'":
        return _inline(value, Format.YAML)
    return json.dumps(value, ensure_ascii=False)


def _block(value: Any, indent: str) -> str:
    written: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False)
    return indent + written.removesuffix("...\n")


def _indented(block: str, indent: str) -> str:
    first, *rest = block.rstrip("\n").split("\n")
    return "\n".join([first, *(indent + line if line else line for line in rest)]) + "\n"


def _inline(value: Any, form: Format) -> str:
    if form is Format.JSON:
        return json.dumps(value, ensure_ascii=False)
    written: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=_WIDTH)
    return written.removesuffix("...\n").strip()


def _single_quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _end(text: str, node: yaml.Node) -> int:
    """Where the node's own text ends: a block collection's mark stands at the next token, past blanks and comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        while end > node.start_mark.index and text[end - 1] in "\r\n ":
            end -= 1
    return end


_ACTS = {Act.SET: _set, Act.INSERT: _insert, Act.LIKE: _like, Act.REMOVE: _remove}

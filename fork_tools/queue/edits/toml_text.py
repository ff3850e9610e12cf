"""Typed edits of TOML; tomlkit keeps comments and formatting."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from fork_tools.queue.edits import paths, structured
from fork_tools.queue.edits.edited import Edited, EditError
from fork_tools.queue.edits.structured import Act, StructuredEdit


def apply(text: str, edit: StructuredEdit) -> Edited:
    """Make the edit. Raises EditError when the text is no TOML, or the path leads nowhere."""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise EditError(f"it is no TOML: {error}") from error
    place = paths.descend(document.unwrap(), edit.path)
    holder: Any = paths.at(document, place[:-1]) if place else document
    target: Any = holder[place[-1]] if place else document
    data: Any = target.unwrap() if hasattr(target, "unwrap") else target
    if edit.act is Act.SET:
        if data == edit.value or not place:
            return Edited(text, 0, already=True)
        holder[place[-1]] = edit.value
    elif not _changed(target, data, edit):
        return Edited(text, 0, already=True)
    return Edited(tomlkit.dumps(document), 1)


def _changed(target: Any, data: Any, edit: StructuredEdit) -> bool:
    if isinstance(data, dict):
        return _changed_table(target, data, edit)
    if not isinstance(data, list):
        raise EditError(f"`{edit.act}` needs a list or a table at its path")
    if edit.act is Act.REMOVE:
        select = structured.selector(str(edit.value))
        if not any(select.means(element) for element in data):
            return False
        del target[structured.one(data, select)]
        return True
    if edit.act is Act.LIKE:
        index = structured.one(data, structured.selector(str(edit.value)))
        entry = structured.substituted(data[index], edit.substitute)
        at = structured.position(data, edit) if edit.beside is not None else index + 1
    else:
        entry, at = edit.value, structured.position(data, edit)
    if entry in data:
        return False
    target.insert(at, entry)
    return True


def _changed_table(target: Any, data: dict[str, Any], edit: StructuredEdit) -> bool:
    if edit.act is Act.REMOVE:
        if edit.value not in data:
            return False
        del target[edit.value]
        return True
    if edit.act is not Act.INSERT or not isinstance(edit.value, dict):
        raise EditError("what is inserted into a table is to be a table of keys")
    missing = {key: value for key, value in edit.value.items() if data.get(key) != value}
    if clash := sorted(set(missing) & set(data)):
        raise EditError(f"{clash[0]} is there with another value; take `set`")
    for key, value in missing.items():
        target[key] = value
    return bool(missing)

"""Names, scope, versions and how they are served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fork_tools.compat.crd.comparison.change import Change
from fork_tools.compat.crd.definition import Definition, Version


def compare(old: Definition, new: Definition) -> Iterator[Change]:
    """Compare all but the schemas."""
    yield from _names(old, new)
    yield from _versions(old, new)
    yield from _conversion(old, new)
    for before in old.versions:
        after = new.version(before.name)
        if after is not None:
            for change in _serving(before, after):
                yield change.in_version(before.name)


def _names(old: Definition, new: Definition) -> Iterator[Change]:
    for rule, before, after in (
        ("crd/group-changed", old.group, new.group),
        ("crd/kind-changed", old.names["kind"], new.names["kind"]),
        ("crd/plural-changed", old.names["plural"], new.names["plural"]),
        ("crd/singular-changed", _singular(old), _singular(new)),
        ("crd/list-kind-changed", _list_kind(old), _list_kind(new)),
        ("crd/scope-changed", old.spec.get("scope"), new.spec.get("scope")),
    ):
        if before != after:
            yield Change(rule, f"was {before}, is {after}")
    for rule, key in (("crd/short-name-removed", "shortNames"), ("crd/category-removed", "categories")):
        for name in sorted(set(old.names.get(key) or ()) - set(new.names.get(key) or ())):
            yield Change(rule, f"{name} is gone", name=name)


def _singular(definition: Definition) -> str:
    return str(definition.names.get("singular") or str(definition.names["kind"]).lower())


def _list_kind(definition: Definition) -> str:
    return str(definition.names.get("listKind") or f"{definition.names['kind']}List")


def _versions(old: Definition, new: Definition) -> Iterator[Change]:
    stored = set(old.stored_versions) | {old.storage_version}
    for before in old.versions:
        after = new.version(before.name)
        if after is None and before.served:
            yield Change("crd/version-removed", f"{before.name} is gone", name=before.name)
        elif after is not None and before.served and not after.served:
            yield Change("crd/version-unserved", "is no longer served", version=before.name)
        if after is not None and after.deprecated and not before.deprecated:
            warning = after.raw.get("deprecationWarning", "without a warning of its own")
            yield Change("crd/version-deprecated", f"is deprecated now: {warning}", version=before.name)
    for name in sorted(stored - {version.name for version in new.versions} - {""}):
        yield Change("crd/stored-version-removed", f"{name} is gone, in which objects are stored", name=name)
    if old.storage_version != new.storage_version:
        text = f"was {old.storage_version}, is {new.storage_version}"
        yield Change("crd/storage-version-switched", text)


def _conversion(old: Definition, new: Definition) -> Iterator[Change]:
    before, after = (definition.spec.get("conversion") or {"strategy": "None"} for definition in (old, new))
    if before.get("strategy") != after.get("strategy"):
        yield Change("crd/conversion-changed", f"strategy was {before.get('strategy')}, is {after.get('strategy')}")
    elif _client(before) != _client(after):
        yield Change("crd/conversion-changed", "the webhook is another one")
    if old.spec.get("preserveUnknownFields") and not new.spec.get("preserveUnknownFields"):
        yield Change("crd/pruning-starts", "spec.preserveUnknownFields is no longer true: unknown fields are dropped")


def _client(conversion: Mapping[str, Any]) -> object:
    """Take what decides how the webhook is called; its CA is renewed without anybody breaking."""
    webhook = conversion.get("webhook") or {}
    client = webhook.get("clientConfig") or {}
    return {key: value for key, value in client.items() if key != "caBundle"}, webhook.get("conversionReviewVersions")


def _serving(old: Version, new: Version) -> Iterator[Change]:
    before, after = old.subresources, new.subresources
    if "status" in before and "status" not in after:
        yield Change("crd/status-subresource-removed", "/status is gone")
    if "status" in after and "status" not in before:
        yield Change("crd/status-subresource-added", "the status is written through /status only")
    if "scale" in before and "scale" not in after:
        yield Change("crd/scale-subresource-removed", "/scale is gone")
    elif "scale" in before and before["scale"] != after["scale"]:
        for key in sorted(before["scale"].keys() | after["scale"].keys()):
            was, is_now = before["scale"].get(key), after["scale"].get(key)
            if was != is_now:
                yield Change("crd/scale-subresource-changed", f"{key} was {was}, is {is_now}", name=key)
    yield from _columns(old, new)
    gone = _selectable(old) - _selectable(new)
    for path in sorted(gone):
        yield Change("crd/selectable-field-removed", f"{path} can no longer be selected by", name=path)


def _columns(old: Version, new: Version) -> Iterator[Change]:
    before, after = _columns_by_name(old), _columns_by_name(new)
    for name, column in before.items():
        if name not in after:
            yield Change("crd/printer-column-removed", f"column {name} is gone", name=name)
        elif column != after[name]:
            yield Change("crd/printer-column-changed", f"column {name} shows something else", name=name)


def _columns_by_name(version: Version) -> dict[str, object]:
    columns = version.raw.get("additionalPrinterColumns") or ()
    return {
        str(column.get("name")): (column.get("type"), column.get("format"), column.get("jsonPath"))
        for column in columns
    }


def _selectable(version: Version) -> set[str]:
    return {str(field.get("jsonPath")) for field in version.raw.get("selectableFields") or ()}

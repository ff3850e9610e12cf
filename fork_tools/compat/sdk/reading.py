"""What an SDK's sources say, read without running them: models with their fields, labels, conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fork_tools.errors import ExitCode, MxforkError

_HOMES = ("sdk/python/kubeflow/training", "kubeflow/training", ".")
_LABELS = "training.kubeflow.org/"


@dataclass(frozen=True, slots=True)
class SDK:
    """`models` maps a class to its fields (JSON name to type); `labels` and `conditions` are constants by name."""

    models: Mapping[str, Mapping[str, str]]
    labels: Mapping[str, str]
    conditions: Mapping[str, str]


def sdk_home(path: Path) -> Path | None:
    """Find the package kubeflow.training in a repository, a site-packages folder, or at `path` itself."""
    return next((path / home for home in _HOMES if (path / home / "models").is_dir()), None)


def read_sdk(path: Path) -> SDK:
    """Read the SDK at `path`. Raises MxforkError (wrong use) when there is none."""
    home = sdk_home(path)
    if home is None:
        raise MxforkError(
            f"{path} holds no kubeflow.training",
            next_step="name upstream:TAG, or the site-packages folder that kubeflow-training is installed in",
            exit_code=ExitCode.WRONG_USE,
        )
    models = {name: fields for file in sorted((home / "models").glob("*.py")) for name, fields in _models(file)}
    constants = dict(_constants(home / "constants" / "constants.py"))
    return SDK(
        models,
        {name: value for name, value in constants.items() if value.startswith(_LABELS)},
        {name: value for name, value in constants.items() if name.startswith("JOB_CONDITION_")},
    )


def _models(file: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            tables = {name: value for statement in node.body for name, value in _tables(statement)}
            if {"openapi_types", "attribute_map"} <= tables.keys():
                names, types = tables["attribute_map"], tables["openapi_types"]
                yield node.name, {names[attribute]: types[attribute] for attribute in types}


def _tables(statement: ast.stmt) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, ast.literal_eval(statement.value)


def _constants(file: Path) -> Iterator[tuple[str, str]]:
    if not file.is_file():
        return
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from ((target.id, node.value.value) for target in node.targets if isinstance(target, ast.Name))

"""docs/configuration.md: every flag as `--help` tells it, every metric as /metrics does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from prometheus_client import Metric

from controller.runtime.cli import mxjob_controller
from controller.runtime.http import Address
from controller.runtime.metrics import ControllerMetrics, QueueMetrics
from controller.runtime.resources import ObjectKey
from controller.runtime.workqueue import WorkQueue

PAGE: Final = Path(__file__).parents[2] / "docs" / "configuration.md"

_TEMPLATE: Final = Path(__file__).with_name("page.md.in")


def render() -> str:
    """Return the whole page."""
    flags = "".join(f"{line}\n" for line in _flag_rows(mxjob_controller))
    metrics = "".join(f"{line}\n" for line in _metric_rows(asyncio.run(_families())))
    return _TEMPLATE.read_text(encoding="utf-8").replace("@FLAGS@", flags).replace("@METRICS@", metrics)


def _flag_rows(command: click.Command) -> Iterator[str]:
    context = click.Context(command, **command.context_settings)
    for option in command.get_params(context):
        info = option.to_info_dict()
        names = ", ".join(f"`{name}`" for name in (*info["opts"], *info["secondary_opts"]))
        choices = (
            "<br>" + ", ".join(f"`{each}`" for each in info["type"]["choices"]) if "choices" in info["type"] else ""
        )
        variable = f"<br>`${option.envvar}`" if isinstance(option.envvar, str) else ""
        default = option.get_default(context)
        shown = f"`{default}`" if default and isinstance(default, (str, int, Address)) else ""
        yield f"| {names}{choices}{variable} | {shown} | {_cell(info.get('help') or '')} |"


def _metric_rows(families: list[Metric]) -> Iterator[str]:
    for family in sorted(families, key=lambda each: each.name):
        if not family.name.startswith(("process_", "python_")):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield f"| `{name}` | {family.type} | {_cell(family.documentation)} |"


async def _families() -> list[Metric]:
    metrics = ControllerMetrics()
    queue: WorkQueue[ObjectKey] = WorkQueue()
    QueueMetrics(metrics.registry).watch(queue)
    return list(metrics.registry.collect())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

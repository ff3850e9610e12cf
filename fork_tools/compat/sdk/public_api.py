"""A Python package at two versions: what callers of its public names would stumble over, found by griffe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import griffe

from fork_tools.compat.sdk import rules
from fork_tools.report.finding import Finding, Location

_ONE_LINE = re.compile(r".*?:\d+: (?P<name>.*?): (?P<what>.*)")
# What stands before the parameter in `create_job(job_kind)`.
_PARAMETER = re.compile(r"[^(]*")


def compare_packages(package: str, old: Path, new: Path) -> Iterator[Finding]:
    """Compare `package` as it lies in two folders, from its sources; nothing is imported."""
    before, after = (griffe.load(package, search_paths=[str(folder)], allow_inspection=False) for folder in (old, new))
    for breakage in griffe.find_breaking_changes(before, after):
        if breakage.obj.module.name.endswith("_test"):
            continue
        line = " ".join(click.unstyle(breakage.explain(griffe.ExplanationStyle.ONE_LINE)).split())
        found = _ONE_LINE.fullmatch(line)
        name = found["name"].rpartition(".")[2] if found else ""
        path = Path(str(breakage.obj.filepath))
        folder = old if path.is_relative_to(old.absolute()) or path.is_relative_to(old) else new
        yield rules.BREAKAGE.finding(
            f"{breakage.obj.path}{_PARAMETER.sub('', name, count=1)}",
            found["what"] if found else line,
            location=Location(str(path.absolute().relative_to(folder.absolute())), breakage.obj.lineno),
        )

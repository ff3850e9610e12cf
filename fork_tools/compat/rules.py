"""Every rule that `mxfork` can report, by id. A check keeps its own in a module `rules`, as a tuple `RULES`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec

import fork_tools.compat
from fork_tools.report.rule import Rule

# Rooms outside this one that report as well.
_OTHERS = ("fork_tools.queue.rules", "fork_tools.queue.culprit.rules", "fork_tools.upstream.rules")


@cache
def catalogue() -> Mapping[str, Rule]:
    """Gather the rules of all checks.

    Raises ValueError when two of them share an id.
    """
    rules: dict[str, Rule] = {}
    for module in _modules():
        for rule in importlib.import_module(module).RULES:
            if rules.setdefault(rule.id, rule) is not rule:
                raise ValueError(f"two rules are called {rule.id}")
    return dict(sorted(rules.items()))


def _modules() -> Iterator[str]:
    checks = pkgutil.iter_modules(fork_tools.compat.__path__, "fork_tools.compat.")
    yield from (f"{check.name}.rules" for check in checks if check.ispkg and find_spec(f"{check.name}.rules"))
    yield from (module for module in _OTHERS if find_spec(module.rpartition(".")[0]) and find_spec(module))

"""Run a further program beside a cluster, such as the controller: it shows in the cluster's status and ends with it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from fork_tools.cluster import folder
from fork_tools.cluster.layout import Layout
from fork_tools.cluster.processes import ProcessRecord, interrupts_held, start
from fork_tools.cluster.state import write


def add_process(directory: Path, name: str, command: Sequence[str], *, tied_to_parent: bool = False) -> ProcessRecord:
    """Start `command` (an absolute path first) beside the cluster in `directory`; `down` ends it before the rest.

    Its output goes to a log named after it among the cluster's logs. With `tied_to_parent` the kernel ends it when the
    calling thread ends. Raises MxforkError where there is no cluster.
    """
    layout = Layout.of(directory)
    folder.require_cluster(layout)
    with folder.sole_command(layout):
        state = folder.require_cluster(layout)
        with interrupts_held():
            record = start(
                name,
                command,
                log=layout.log(name),
                folder=layout.directory,
                dies_with_parent=signal.SIGTERM if tied_to_parent else None,
            )
            write(layout.state, state.with_process(record))
        return record

"""The run at a glance: speed against the ceiling, and what a job costs, by number of jobs."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

from benchmarks.results import Measured

mpl.use("svg")

from matplotlib import pyplot as plt


def draw(lives: list[Measured], path: Path) -> None:
    """Draw `lives`, at least one, into the SVG file `path`."""
    names = [f"{each.life.load}\n{each.life.jobs} jobs\n{each.life.controller}" for each in lives]
    left, right = ([place + shift for place in range(len(lives))] for shift in (-0.2, 0.2))
    figure, (speed, cost) = plt.subplots(1, 2, figsize=(4 + 2 * len(lives), 4.5), layout="constrained")
    speed.bar(left, [each.ceiling for each in lives], 0.4, label="bare loop", color="0.8")
    speed.bar(right, [each.life.objects_per_second for each in lives], 0.4, label="controller")
    speed.set(title="Pods and services created", ylabel="objects a second")
    cost.bar(left, [each.life.cpu_ms_per_job for each in lives], 0.4, label="CPU, ms a job")
    requests = [sum(each.life.requests_per_job.values()) for each in lives]
    cost.bar(right, requests, 0.4, label="API requests a job")
    cost.set(title="What the life of a job costs")
    for axes in (speed, cost):
        axes.set_xticks(range(len(lives)), names, fontsize=8)
        axes.legend()
    figure.savefig(path)
    plt.close(figure)

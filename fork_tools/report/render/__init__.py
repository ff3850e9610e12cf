"""The forms in which a report is told."""

from fork_tools.report.render.form import Form
from fork_tools.report.render.rendering import render

__all__ = ["Form", "render"]

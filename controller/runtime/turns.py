"""Whose turn a job is: that of its namespace, and there of the jobs that were most likely submitted together."""

from __future__ import annotations

import string

from controller.runtime.resources import ObjectKey


def tenant_of(key: ObjectKey) -> str:
    """Return whom a job belongs to: its namespace."""
    return key.namespace


def batch_of(key: ObjectKey) -> str:
    """Return what a job's name has in common with those of its batch: all but the last part, or the number at its end.

    Sweeps, trials and whatever is made with generateName are named so; a single job is a batch of its own.
    """
    stem, _, _ = key.name.rpartition("-")
    return stem or key.name.rstrip(string.digits)

"""Which CRD of one side is to be compared with which of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fork_tools.compat.crd.sources.documents import Loaded
from fork_tools.errors import ExitCode, MxforkError


@dataclass(frozen=True, slots=True)
class Pairing:
    """CRDs to compare, and those of the old side that have no counterpart."""

    pairs: tuple[tuple[Loaded, Loaded], ...]
    gone: tuple[Loaded, ...] = ()


def pair_up(old: Sequence[Loaded], new: Sequence[Loaded], name: str | None = None) -> Pairing:
    """Pair CRDs by name; one on each side belong together whatever they are called.

    A side with a single CRD says what the comparison is about. Raises MxforkError (wrong use) when nothing fits.
    """
    befores, afters = _by_name(old, name), _by_name(new, name)
    if len(befores) == len(afters) == 1:
        return Pairing(((next(iter(befores.values())), next(iter(afters.values()))),))
    common = [key for key in befores if key in afters]
    if not common:
        raise _nothing_in_common(old, new, name)
    gone = () if len(afters) == 1 or name else tuple(befores[key] for key in befores if key not in afters)
    return Pairing(tuple((befores[key], afters[key]) for key in common), gone)


def _by_name(loaded: Sequence[Loaded], name: str | None) -> dict[str, Loaded]:
    found: dict[str, Loaded] = {}
    for entry in loaded:
        key = entry.definition.name
        if name in (None, key, key.partition(".")[0]) and found.setdefault(key, entry) is not entry:
            raise MxforkError(
                f"the CRD {key} is there twice",
                facts=(("in", found[key].place), ("and in", entry.place)),
                next_step="name the file that is meant",
                exit_code=ExitCode.WRONG_USE,
            )
    return found


def _nothing_in_common(old: Sequence[Loaded], new: Sequence[Loaded], name: str | None) -> MxforkError:
    sides = tuple(
        (label, ", ".join(sorted(entry.definition.name for entry in side)))
        for label, side in (("old", old), ("new", new))
    )
    return MxforkError(
        f"both sides have no CRD {name}" if name else "the two sides have no CRD in common",
        facts=sides,
        next_step="choose one with --name, for example --name mxjobs.kubeflow.org",
        exit_code=ExitCode.WRONG_USE,
    )

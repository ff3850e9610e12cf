"""rewrite: changes said as rules, not as lines: they hold on releases where a patch's context does not."""

from __future__ import annotations

from dataclasses import dataclass

from fork_tools.queue.edits import structural, structured, text, toml_text, yaml_text
from fork_tools.queue.edits.edited import Edited, EditError, Expected
from fork_tools.queue.edits.structural import Structural
from fork_tools.queue.edits.structured import Format, StructuredEdit
from fork_tools.queue.edits.text import TextEdit
from fork_tools.queue.fields import Fields
from fork_tools.queue.guards import unsafe_mode
from fork_tools.queue.objects import Objects
from fork_tools.queue.patterns import any_matches, matches
from fork_tools.queue.result import Degree, Entry, PathResult, StepClass, StepResult

Rule = Structural | TextEdit | StructuredEdit


@dataclass(frozen=True, slots=True)
class Edit:
    """A rule for the files that `files` mean and `exclude` does not; `expected` places are to change in all of them."""

    files: tuple[str, ...]
    exclude: tuple[str, ...]
    expected: Expected
    rule: Rule


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits, made one after the other."""

    edits: tuple[Edit, ...]


def parse(fields: Fields) -> Rewrite:
    """Read the [[edit]] tables."""
    edits = tuple(_edit(table) for table in fields.tables("edit"))
    if not edits:
        raise fields.wrong("a rewrite has at least one [[edit]]")
    return Rewrite(edits)


def attempt(objects: Objects, tree: str, rewrite: Rewrite, name: str) -> StepResult:
    """Say what the rewrite does to `tree`. A rule that finds nothing to do, and nothing done, is `empty`."""
    present = objects.entries(tree)
    objects.bring(
        entry.id for path, entry in present.items() if any(any_matches(edit.files, path) for edit in rewrite.edits)
    )
    texts: dict[str, str] = {}
    for number, edit in enumerate(rewrite.edits, 1):
        place = f"edit {number}" if len(rewrite.edits) > 1 else "the edit"
        failure = _run(objects, present, edit, texts)
        if failure is not None:
            result = PathResult(failure.path, failure.step_class, f"({place}) {failure.detail}")
            return StepResult(name, result.step_class, f"{result.path} {result.detail}", paths=(result,))
    changes = {}
    for path, content in texts.items():
        raw = content.encode("utf-8", "surrogateescape")
        if raw != objects.blob(present[path].id):
            changes[path] = Entry(present[path].mode, objects.write_blob(raw))
    if not changes:
        there = "all of it is there already"
        return StepResult(name, StepClass.ALREADY_UPSTREAM, there, degree=Degree.EXACT)
    paths = tuple(PathResult(path, StepClass.REWRITTEN) for path in changes)
    return StepResult(name, StepClass.REWRITTEN, f"{len(changes)} files", changes, paths)


def apply_rule(content: str, rule: Rule) -> Edited:
    """Make one edit in one text. Raises EditError."""
    if isinstance(rule, Structural):
        return structural.apply(content, rule)
    if isinstance(rule, TextEdit):
        return text.apply(content, rule)
    if rule.format is Format.TOML:
        return toml_text.apply(content, rule)
    return yaml_text.apply(content, rule)


def _edit(fields: Fields) -> Edit:
    files = fields.texts("files")
    if not files:
        raise fields.wrong("files is missing")
    rule: Rule
    if "language" in fields:
        rule = structural.parse(fields)
    elif any(form.value in fields for form in Format):
        rule = structured.parse(fields)
    else:
        rule = text.parse(fields)
    try:
        expected = Expected.parse(str(fields.any("count", "1..")))
    except ValueError as error:
        raise fields.wrong("count is to be a number such as 1, or a range such as 1.. or 2..5") from error
    edit = Edit(files, fields.texts("exclude"), expected, rule)
    fields.done()
    return edit


def _run(objects: Objects, present: dict[str, Entry], edit: Edit, texts: dict[str, str]) -> PathResult | None:
    idle = [pattern for pattern in edit.files if not any(matches(pattern, path) for path in present)]
    if idle:
        return PathResult(idle[0], StepClass.PATH_DELETED, "means no file of this release")
    paths = [path for path in present if any_matches(edit.files, path) and not any_matches(edit.exclude, path)]
    count, already = 0, False
    for path in paths:
        if unsafe := unsafe_mode(present[path].mode):
            return PathResult(path, StepClass.CORRUPT, unsafe)
        if path not in texts:
            texts[path] = objects.blob(present[path].id).decode("utf-8", "surrogateescape")
        try:
            edited = apply_rule(texts[path], edit.rule)
        except EditError as error:
            return PathResult(path, StepClass.CONFLICT, str(error))
        texts[path] = edited.text
        count += edited.count
        already = already or edited.already
    if edit.expected.admits(count) or (count == 0 and already):
        return None
    place = paths[0] if len(paths) == 1 else ", ".join(edit.files)
    step_class = StepClass.CONFLICT if count else StepClass.EMPTY
    return PathResult(place, step_class, f"has {count} places for the rule, not {edit.expected}")

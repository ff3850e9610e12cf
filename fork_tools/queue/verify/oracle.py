"""The sibling oracle: a rewrite, run on siblings as they were before upstream's own port, has to make that port."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace

from ast_grep_py import SgRoot

from fork_tools.queue.edits.edited import EditError
from fork_tools.queue.edits.structural import Structural
from fork_tools.queue.edits.structured import StructuredEdit, substituted
from fork_tools.queue.edits.text import TextEdit
from fork_tools.queue.kinds.rewrite import Edit, Rewrite, Rule, apply_rule
from fork_tools.queue.patterns import any_matches
from fork_tools.queue.verify.checks import Check
from fork_tools.queue.verify.context import Checked, Patched
from fork_tools.queue.verify.rules import BY_ID

_LANGUAGES = {"go": "go", "py": "python", "yaml": "yaml", "yml": "yaml", "ts": "typescript", "js": "javascript"}
_SHOWN = 40


def check_oracle(patched: Patched, check: Check) -> Checked:
    """Run the rewrites of `check` on its sibling files before `check.commit`, and compare with that commit."""
    objects = patched.objects
    before, after = objects.resolve(f"{check.commit}^"), objects.resolve(f"{check.commit}^{{commit}}")
    edits = [
        edit
        for step in patched.run.steps
        if step.result.name in (*check.steps, check.step)
        for edit in _edits(step.step.action)
    ]
    if before is None or after is None or not edits:
        return Checked(check.name, "", could_not="its commit or its steps are not there")
    old, new = objects.entries(before), objects.entries(after)
    siblings = [path for path in new if path in old and any_matches(check.files, path)]
    if not siblings:
        return Checked(check.name, "", could_not="its files mean nothing on both sides of the commit")
    findings = []
    for path in siblings:
        text, port = (objects.blob(side[path].id).decode("utf-8", "surrogateescape") for side in (old, new))
        problem = compared(path, text, port, edits, check.substitute)
        if problem:
            message = f"{path}: {problem.splitlines()[0]}"
            findings.append(
                BY_ID["queue/sibling-oracle"].finding(
                    check.step or check.steps[0],
                    message,
                    location=patched.location_of(check.step or check.steps[0]),
                    details={"difference": problem},
                )
            )
    summary = f"{len(siblings) - len(findings)} of {len(siblings)} siblings become what upstream made of them"
    return Checked(check.name, summary, tuple(findings))


def compared(path: str, text: str, port: str, edits: list[Edit], substitute: Mapping[str, str]) -> str | None:
    """Make the edits, with the sibling's names, in `text`; return how the result differs from `port`, or None."""
    for edit in edits:
        try:
            text = apply_rule(text, for_sibling(edit.rule, substitute)).text
        except EditError as error:
            return f"the rule does not fit: {error}"
    ours, theirs = normalised(path, text), normalised(path, port)
    if ours == theirs:
        return None
    lines = list(difflib.unified_diff(theirs, ours, "upstream's port", "the rule's result", n=1, lineterm=""))
    return "\n".join(
        [f"differs from upstream's port in {sum(line[:1] in '+-' for line in lines) - 2} lines", *lines[:_SHOWN]]
    )


def for_sibling(rule: Rule, substitute: Mapping[str, str]) -> Rule:
    """Return the rule with the sibling's names in place of ours."""
    if isinstance(rule, Structural):
        done = substituted(dict(rule.done), substitute) if rule.done is not None else None
        configuration = substituted(dict(rule.configuration), substitute)
        return replace(rule, configuration=configuration, fix=substituted(rule.fix, substitute), done=done)
    if isinstance(rule, TextEdit):
        anchor = re.compile(substituted(rule.anchor.pattern, substitute), rule.anchor.flags)
        return replace(rule, anchor=anchor, insert=substituted(rule.insert, substitute))
    assert isinstance(rule, StructuredEdit)  # noqa: S101 - the third of three
    return replace(rule, value=substituted(rule.value, substitute))


def normalised(path: str, text: str) -> list[str]:
    """Return the lines that say something: no comments, no blanks, no indentation."""
    language = _LANGUAGES.get(path.rpartition(".")[2])
    if language:
        comments = SgRoot(text, language).root().find_all(kind="comment")
        for node in sorted(comments, key=lambda node: node.range().start.index, reverse=True):
            text = text[: node.range().start.index] + text[node.range().end.index :]
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _edits(action: object) -> tuple[Edit, ...]:
    return action.edits if isinstance(action, Rewrite) else ()

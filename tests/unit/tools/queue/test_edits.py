from __future__ import annotations

from typing import Any

import pytest

from fork_tools.errors import MxforkError
from fork_tools.queue.edits.edited import EditError
from fork_tools.queue.fields import Fields
from fork_tools.queue.kinds import rewrite

LIST = "resources:\n  - a.yaml # first\n  - 'c.yaml'\n"
INDENTLESS = (
    "rules:\n- apiGroups: [kubeflow.org]\n  resources:\n  - tfjobs\n  # last\n  - xgboostjobs\n  verbs:\n  - get\n"
)
HOOKS = (
    "kind: A\n---\nkind: B\nhooks:\n  - name: tf # sibling\n    path: /tf\n  - name: xgb\n    path: /xgb\n\nend: true\n"
)
GO = 'package p\n\nfunc f() {\n\tregister(TF, "ü")\n\tregister(XGB, "x")\n}\n'


def edit(text: str, **fields: Any) -> str:
    """Make one edit of a rewrite in `text`, and check that making it again changes nothing."""
    parsed = rewrite.parse(Fields({"edit": [{"files": ["f"], **fields}]}, "step")).edits[0]
    edited = rewrite.apply_rule(text, parsed.rule)
    again = rewrite.apply_rule(edited.text, parsed.rule)
    assert again.text == edited.text
    return edited.text


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        pytest.param(
            LIST,
            {"yaml": "resources", "insert": "b.yaml"},
            "resources:\n  - a.yaml # first\n  - b.yaml\n  - 'c.yaml'\n",
            id="a sorted list stays sorted",
        ),
        pytest.param(
            LIST,
            {"yaml": "resources", "insert": "0.yaml", "after": "c.yaml"},
            LIST + "  - 0.yaml\n",
            id="after a sibling at the end",
        ),
        pytest.param(LIST, {"yaml": "resources", "insert": "c.yaml"}, LIST, id="there already"),
        pytest.param(
            LIST,
            {"yaml": "resources", "remove": "a.yaml"},
            "resources:\n  - 'c.yaml'\n",
            id="an entry and its comment go",
        ),
        pytest.param(
            INDENTLESS,
            {"yaml": "rules[apiGroups=kubeflow.org].resources", "insert": "mxjobs", "before": "xgboostjobs"},
            INDENTLESS.replace("  - xgboostjobs", "  - mxjobs\n  - xgboostjobs"),
            id="a list at its key's indentation; the comment above the sibling stays there",
        ),
        pytest.param(
            INDENTLESS,
            {"yaml": "rules[0].apiGroups", "insert": "x"},
            INDENTLESS.replace("[kubeflow.org]", "[kubeflow.org, x]"),
            id="a list in brackets",
        ),
        pytest.param(
            HOOKS,
            {"yaml": "hooks", "document": {"kind": "B"}, "like": "name=xgb", "substitute": {"xgb": "mx"}},
            HOOKS.replace("    path: /xgb\n", "    path: /xgb\n  - name: mx\n    path: /mx\n"),
            id="a copy of a sibling in the second document",
        ),
        pytest.param(
            HOOKS,
            {"yaml": "hooks[name=tf]", "document": {"kind": "B"}, "insert": {"port": 80}},
            HOOKS.replace("    path: /tf\n", "    path: /tf\n    port: 80\n"),
            id="a key into a mapping",
        ),
        pytest.param(
            HOOKS,
            {"yaml": "hooks", "document": {"kind": "B"}, "insert": {"name": "mx", "ports": [1, 2]}},
            HOOKS.replace("    path: /xgb\n", "    path: /xgb\n  - name: mx\n    ports:\n    - 1\n    - 2\n"),
            id="a mapping into a list",
        ),
        pytest.param(
            HOOKS,
            {"yaml": "hooks[name=tf].path", "document": {"kind": "B"}, "set": "/new"},
            HOOKS.replace("/tf", "/new"),
            id="a value",
        ),
        pytest.param(
            '{\n\t"a": [\n\t\t"x",\n\t\t"y"\n\t]\n}\n',
            {"json": "a", "insert": "z"},
            '{\n\t"a": [\n\t\t"x",\n\t\t"y",\n\t\t"z"\n\t]\n}\n',
            id="json with tabs",
        ),
        pytest.param(
            '{"a": {"x": 1}}', {"json": "a", "insert": {"y": True}}, '{"a": {"x": 1, "y": true}}', id="json in one line"
        ),
        pytest.param(
            '# head\n[a]\nx = ["p"] # list\n',
            {"toml": "a.x", "insert": "q"},
            '# head\n[a]\nx = ["p", "q"] # list\n',
            id="toml keeps its comments",
        ),
        pytest.param(
            "one\r\ntwo\r\n", {"after": "^one", "insert": "new"}, "one\r\nnew\r\ntwo\r\n", id="CRLF stays CRLF"
        ),
        pytest.param("one\ntwo", {"after": "^two", "insert": "new"}, "one\ntwo\nnew", id="no newline at the end"),
        pytest.param(
            "x\n- tf\n- xgb\ny\n",
            {"siblings": "^- ", "insert": "- mx"},
            "x\n- mx\n- tf\n- xgb\ny\n",
            id="sorted siblings",
        ),
        pytest.param("- tf\n- b\n", {"siblings": "^- ", "insert": "- mx"}, "- tf\n- b\n- mx\n", id="unsorted siblings"),
        pytest.param(
            "a(TF)\nb(TF)\na(XGB)\n",
            {"like": r"^.*\(XGB\)", "substitute": {"XGB": "MX"}, "place": "before"},
            "a(TF)\nb(TF)\na(MX)\na(XGB)\n",
            id="lines like a sibling's",
        ),
        pytest.param("v = 1\n", {"replace": r"^v = \d$", "insert": "v = two"}, "v = two\n", id="a replacement"),
        pytest.param(
            GO,
            {"language": "go", "pattern": "register(XGB, $N)", "fix": "registered(XGB, $N)"},
            GO.replace("register(XGB", "registered(XGB"),
            id="a structural rule, past a letter that is no ASCII",
        ),
        pytest.param(
            GO,
            {
                "language": "go",
                "rule": "kind: expression_statement\nhas: {pattern: 'register(XGB, $$$A)'}",
                "fix": 'register(XGB, "x")\n\tregister(MX, "m")',
                "done": "register(MX, $_)",
            },
            GO.replace('(XGB, "x")\n', '(XGB, "x")\n\tregister(MX, "m")\n'),
            id="a structural insert beside a sibling",
        ),
        pytest.param(
            "package p\n\nvar x = f(a, b, c)\n",
            {"language": "go", "pattern": "f($A, $$$REST)", "fix": "g($$$REST, $A)"},
            "package p\n\nvar x = g(b, c, a)\n",
            id="several captures",
        ),
    ],
)
def test_an_edit_changes_what_it_says_and_nothing_else(text: str, fields: dict[str, Any], expected: str) -> None:
    assert edit(text, **fields) == expected


@pytest.mark.parametrize(
    ("text", "fields", "words"),
    [
        pytest.param(LIST, {"yaml": "nothing", "insert": "b"}, "there is no nothing", id="no such path"),
        pytest.param(LIST, {"yaml": "resources", "insert": "b", "after": "z"}, "0 entries are z", id="no such sibling"),
        pytest.param(HOOKS, {"yaml": "kind", "set": "C"}, "2 documents", id="which document"),
        pytest.param("a: [", {"yaml": "a", "insert": "b"}, "no YAML", id="broken"),
        pytest.param("x\nx\n", {"after": "^x", "insert": "y"}, "means 2 places", id="an ambiguous anchor"),
        pytest.param("- a\n\n- b\n", {"siblings": "^- ", "insert": "- c"}, "more than one list", id="two lists"),
        pytest.param("a\n", {"replace": "a", "insert": "aa"}, "grow with every run", id="a replacement that grows"),
        pytest.param(
            GO,
            {"language": "go", "pattern": "register(XGB, $N)", "fix": "wrap(register(XGB, $N))"},
            "own result",
            id="endless",
        ),
        pytest.param(
            GO, {"language": "go", "pattern": "register(XGB, $N)", "fix": "$OTHER"}, "does not capture", id="typo"
        ),
        pytest.param(GO, {"language": "go", "rule": "nonsense: 1", "fix": "x"}, "ast-grep refuses", id="no rule"),
    ],
)
def test_an_edit_that_does_not_fit_says_why(text: str, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(EditError, match=words):
        edit(text, **fields)


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(MxforkError, match="inserts is no key here"):
        edit("a\n", after="a", insert="b", inserts="c")

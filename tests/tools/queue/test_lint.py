from __future__ import annotations

from pathlib import Path

import pytest

from fork_tools.commands.queue import queue as queue_command
from fork_tools.upstream.configuration import find_fork
from tests.tools.queue.bench import Bench, Told

WHY = 'reason = "restore: MXJob"\nowner = "mxjob"\n'
RESTORE = f'kind = "restore"\n{WHY}commit = "736c8147b^"\npaths = ["pkg/mx.go"]\n'
GENERATE = f'kind = "regenerate"\n{WHY}command = "make generate"\ngenerates = ["pkg/client/**"]\n'
NEW_FILE = "diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+new\n"
MAIL = "From: Ada <ada@example.org>\nSubject: [PATCH] Add\n\nFork-Reason: restore: MXJob\nFork-Owner: mxjob\n---\n\n"


def patch(*paths: str) -> str:
    return MAIL + "".join(NEW_FILE.format(path=path) for path in paths)


def found(told: Told) -> list[tuple[str, str, str]]:
    return [
        (finding["rule"].removeprefix("queue/"), finding["subject"], finding["message"])
        for suite in told.json["suites"]
        for case in suite["cases"]
        for finding in case["findings"]
    ]


def lint(bench: Bench, *arguments: str) -> Told:
    return bench.run("queue", "lint", "--output", "json", *arguments)


def test_our_own_queue_is_clean(bench: Bench) -> None:
    told = lint(bench, "--fork", str(find_fork(Path(__file__))))

    assert (told.code, found(told)) == (0, [])


CASES: dict[str, tuple[dict[str, str], str, list[tuple[str, str, str]]]] = {
    "well": ({"a.toml": RESTORE, "b.patch": patch("pkg/b.go"), "g.toml": GENERATE}, "a.toml\nb.patch\ng.toml\n", []),
    "orphan": ({"a.toml": RESTORE}, "", [("orphan", "a.toml", "patches/a.toml is not in the series")]),
    "orphaned override": (
        {"overrides/v1.9.4/a.toml": RESTORE},
        "",
        [("orphan", "overrides/v1.9.4/a.toml", "patches/overrides/v1.9.4/a.toml overrides no step of the series")],
    ),
    "missing": ({}, "a.toml\n", [("missing", "a.toml", "there is no patches/a.toml")]),
    "listed twice": (
        {"a.toml": RESTORE},
        "a.toml\na.toml\n",
        [("duplicate", "a.toml", "stands in lines 1 and 2 of the series")],
    ),
    "one name twice": (
        {"a.toml": f'name = "x"\n{RESTORE}', "b.toml": f'name = "x"\n{RESTORE.replace("mx.go", "b.go")}'},
        "a.toml\nb.toml\n",
        [("duplicate", "x", "is named x, as patches/a.toml is")],
    ),
    "one change twice": (
        {"a.patch": patch("pkg/a.go"), "b.patch": patch("pkg/a.go")},
        "a.patch\nb.patch\n",
        [("duplicate", "b", "makes the same change as patches/a.patch")],
    ),
    "unknown key": (
        {"a.toml": f"{RESTORE}confict = {{}}\n"},
        "a.toml\n",
        [("unparsable", "a.toml", "confict is no key here")],
    ),
    "broken hunk": (
        {"a.patch": patch("pkg/a.go").replace("+1 @@", "+1,9 @@")},
        "a.patch\n",
        [("unparsable", "a.patch", "the hunk of line 5 breaks off")],
    ),
    "no diff": ({"a.patch": MAIL}, "a.patch\n", [("unparsable", "a.patch", "it holds no diff")]),
    "leaves the tree": (
        {"a.patch": patch("../outside")},
        "a.patch\n",
        [("unparsable", "a", "../outside leaves the tree")],
    ),
    "leaves patches/": (
        {},
        "../a.patch\n",
        [("unparsable", "../a.patch", "../a.patch leaves the tree")],
    ),
    "unknown requirement": (
        {"a.toml": f'requires = ["b"]\n{RESTORE}'},
        "a.toml\n",
        [("unparsable", "a", "requires b, which is no step")],
    ),
    "mangled patch": (
        {"a.patch": patch("pkg/a.go").replace("\n", "\r\n")},
        "a.patch\n",
        [("carriage-return", "a.patch", "line 1 ends in CRLF")],
    ),
    "mangled series": ({"a.toml": RESTORE}, "a.toml\r\n", [("carriage-return", "series", "line 1 ends in CRLF")]),
    "a file with such line ends": ({"a.patch": patch("pkg/a.bat").replace("+new\n", "+new\r\n")}, "a.patch\n", []),
    "generated": (
        {"a.patch": patch("pkg/client/a.go"), "g.toml": GENERATE},
        "a.patch\ng.toml\n",
        [("generated-file", "a", "holds pkg/client/a.go, which is generated")],
    ),
    "mixed": (
        {"a.patch": patch("pkg/client/a.go", "pkg/a.go"), "g.toml": GENERATE},
        "a.patch\ng.toml\n",
        [("mixed", "a", "holds pkg/client/a.go, which is generated, beside pkg/a.go")],
    ),
    "lock file": (
        {"a.toml": RESTORE.replace("pkg/mx.go", "hack/go.sum")},
        "a.toml\n",
        [("lock-file", "a", "writes hack/go.sum")],
    ),
    "no reason": ({"a.toml": RESTORE.replace(WHY, "")}, "a.toml\n", [("no-reason", "a", "has no reason and no owner")]),
    "expired day": (
        {"a.toml": f"expires = 2020-02-29\n{RESTORE}"},
        "a.toml\n",
        [("expired", "a", "expired with 2020-02-29")],
    ),
    "no such day": (
        {"a.toml": f'expires = "soon"\n{RESTORE}'},
        "a.toml\n",
        [("unparsable", "a", "expires = 'soon' is neither a date nor a version")],
    ),
    "far from expiry": ({"a.toml": f"expires = 9999-12-31\n{RESTORE}"}, "a.toml\n", []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_named_with_its_file(bench: Bench, case: str) -> None:
    files, series, expected = CASES[case]
    for path, content in files.items():
        bench.write(path, content)
    bench.write("series", series)

    told = lint(bench)

    assert [(rule, subject) for rule, subject, _ in found(told)] == [(rule, subject) for rule, subject, _ in expected]
    assert all(message.startswith(want) for (*_, message), (*_, want) in zip(found(told), expected, strict=True))
    grave = [rule for rule, *_ in expected if rule != "no-reason"]
    assert told.code == (1 if grave else 0)


def test_everything_that_is_wrong_is_told_in_one_run(bench: Bench) -> None:
    bench.write("a.toml", RESTORE.replace("pkg/mx.go", "go.sum"))
    bench.write("b.toml", "kind = \n")
    bench.write("series", "a.toml\nc.patch\n")

    told = lint(bench)

    assert {rule for rule, *_ in found(told)} == {"lock-file", "missing", "orphan", "unparsable"}


def test_a_version_expires_when_the_lock_has_reached_it(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a.go": "a\n"})
    change = bench.upstream.commit({"pkg/a.go": "b\n"}, branch="ours", parents=("refs/tags/v1.9.0",))
    fields = {"Fork_Reason": "compat", "Fork_Owner": "mxjob"}
    for name, expires in (("soon", "v1.9.0"), ("later", "v1.10")):
        diff = bench.mail("v1.9.0", change, Fork_Expires=expires, **fields)
        bench.series({f"{name}.patch": diff.replace(b"pkg/a.go", b"pkg/a.go")})
        assert bench.apply("--all").code == 0
        assert lint(bench).code == (1 if name == "soon" else 0)
        (bench.patches / f"{name}.patch").unlink()


def test_paths_outside_of_those_that_the_fork_may_change_are_named(bench: Bench) -> None:
    bench.series({"a.patch": patch("pkg/a.go", "docs/a.md"), "b.patch": patch("pkg/b.go")})
    configured = (bench.patches / "fork.toml").read_text()
    bench.write("fork.toml", f'{configured}\n[queue]\npaths = ["pkg"]\n')

    told = lint(bench)

    assert found(told) == [("unlisted-path", "a", "names docs/a.md, which [queue] paths does not allow")]


def test_every_verb_says_how_it_is_used() -> None:
    for name, verb in queue_command.commands.items():
        assert "mxfork queue" in (verb.epilog or ""), f"{name} shows no example"

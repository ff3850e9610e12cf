from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from platformdirs import user_cache_path

from tests.tools.queue.bench import Bench, Told

LISTED = "resources:\n  - tfjobs.yaml\n  - xgboostjobs.yaml\n"
MX_IN_LIST = 'kind = "rewrite"\n[[edit]]\nfiles = ["list.yaml"]\nyaml = "resources"\ninsert = "mxjobs.yaml"\n'


def verify(bench: Bench, *arguments: str) -> Told:
    given = ("--upstream", str(bench.upstream.directory), "--to", "v1.9.0", "--output", "json")
    # Go's cache goes by XDG_CACHE_HOME; without the user's, each test would compile the standard library.
    gocache = os.environ.get("GOCACHE") or str(user_cache_path("go-build"))
    environment = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": gocache}
    return bench.run("queue", "verify", *given, *arguments, environment=environment)


def ours(bench: Bench, files: Mapping[str, str]) -> bytes:
    """Return a patch that writes `files` on v1.9.0."""
    commit = bench.upstream.commit(files, branch="ours", parents=("refs/tags/v1.9.0",))
    return bench.mail("v1.9.0", commit)


def findings(told: Told, *rules: str) -> list[tuple[str, str, str]]:
    return [
        (finding["rule"], finding["subject"], finding["message"])
        for case in _cases(told)
        for finding in case["findings"]
        if finding["rule"] in rules
    ]


def outcomes(told: Told) -> dict[str, str]:
    return {case["name"]: case["outcome"] for case in _cases(told)}


def _cases(told: Told) -> Iterator[dict[str, Any]]:
    return (case for suite in told.json["suites"] for case in suite["cases"])


def test_a_path_of_the_reverted_commit_that_no_step_brings_back_is_named(bench: Bench) -> None:
    bench.upstream.release(
        "v1.8.1", {"pkg/mx.go": "mx\n", "pkg/list": "tf\nmx\n", "docs/mx.md": "mx\n", "go.sum": "a\n"}
    )
    gone = {"pkg/mx.go": None, "pkg/list": "tf\n", "docs/mx.md": None, "go.sum": "b\n"}
    removal = bench.upstream.commit(gone, "Remove MX (#7)")
    bench.upstream.release("v1.9.0")
    bench.series({"files.toml": f'kind = "restore"\ncommit = "{removal}^"\npaths = ["pkg/mx.go"]\n'})
    bench.write("checks/covered.toml", f'kind = "inverse-coverage"\ncommit = "{removal}"\nexcept = ["go.sum"]\n')

    told = verify(bench)

    assert told.code == 1
    why = f"{removal[:9]} touched it, and none of files does"
    assert findings(told, "queue/uncovered-path") == [
        ("queue/uncovered-path", "docs/mx.md", why),
        ("queue/uncovered-path", "pkg/list", why),
    ]


def test_a_generator_leaves_the_release_and_its_own_result_alone(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a.txt": "a\n", "made.txt": "a.txt\n", "grown.txt": "line\n"})
    bench.series(
        {
            "files.patch": ours(bench, {"pkg/b.txt": "b\n"}),
            "true.toml": 'kind = "regenerate"\ncommand = "sh -c \'ls pkg > made.txt\'"\ngenerates = ["made.txt"]\n',
            "grows.toml": 'kind = "regenerate"\ncommand = "sh -c \'echo >> grown.txt\'"\ngenerates = ["grown.txt"]\n',
        }
    )

    told = verify(bench, "--no-build")

    assert told.code == 1
    assert findings(told, "queue/generator-untrusted", "queue/generator-unstable") == [
        ("queue/generator-untrusted", "grows", "changes grown.txt of v1.9.0"),
        ("queue/generator-unstable", "grows", "changes grown.txt of its own result"),
    ]


@pytest.mark.parametrize(
    ("port", "holds"),
    [
        ("resources:\n  # by name\n  - jaxjobs.yaml\n  - tfjobs.yaml\n  - xgboostjobs.yaml\n", True),
        ("resources:\n  - tfjobs.yaml\n  - jaxjobs.yaml\n  - xgboostjobs.yaml\n", False),
    ],
)
def test_a_rule_has_to_make_of_a_sibling_what_upstream_made_of_it(bench: Bench, port: str, holds: bool) -> None:
    bench.upstream.release("v1.8.1", {"pkg/a": "", "list.yaml": LISTED})
    ported = bench.upstream.commit({"list.yaml": port}, "Add JAX (#9)")
    bench.upstream.release("v1.9.0", {"list.yaml": LISTED})
    bench.series({"list.toml": MX_IN_LIST})
    oracle = f'kind = "sibling-oracle"\nsteps = ["list"]\ncommit = "{ported}"\nfiles = ["list.yaml"]\n'
    bench.write("checks/like-jax.toml", f'{oracle}substitute = {{ mxjobs = "jaxjobs" }}\n')

    told = verify(bench)

    assert told.code == (0 if holds else 1)
    assert bool(findings(told, "queue/sibling-oracle")) is not holds


def test_the_teams_checks_are_run_on_the_patched_tree(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a": "", "list.yaml": LISTED})
    bench.series({"list.toml": MX_IN_LIST})
    assertion = 'kind = "assert"\nstep = "list"\n[[assert]]\nfile = "list.yaml"\npath = "resources"\n'
    bench.write("checks/entry.toml", f'{assertion}holds = "mxjobs.yaml"\n')
    bench.write("checks/wrong.toml", f'{assertion}holds = "jaxjobs.yaml"\n')
    bench.write("checks/later.toml", f'releases = ">=1.9.4"\n{assertion}holds = "jaxjobs.yaml"\n')
    bench.write("checks/grep.toml", 'kind = "command"\ncommand = ["grep", "-q", "mxjobs", "list.yaml"]\n')
    bench.write("checks/fails.toml", 'kind = "command"\nstep = "list"\ncommand = ["grep", "jaxjobs", "list.yaml"]\n')

    told = verify(bench)

    assert told.code == 1
    expected = {"entry": "passed", "wrong": "failed", "grep": "passed", "fails": "failed"}
    assert {name: outcome for name, outcome in outcomes(told).items() if name != "list"} == expected
    assert [subject for _, subject, _ in findings(told, "queue/check")] == ["wrong", "fails"]


def test_a_check_that_cannot_be_read_is_named_with_its_key(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a": ""})
    bench.write("checks/entry.toml", 'kind = "assert"\nasert = []\n')

    told = verify(bench)

    assert told.code == 2
    assert "patches/checks/entry.toml: asert is no key here" in told.errors


def test_a_queue_that_does_not_apply_is_not_checked_further(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {"pkg/a": ""})
    bench.series({"list.toml": MX_IN_LIST})
    bench.write("checks/never.toml", 'kind = "command"\ncommand = ["false"]\n')

    told = verify(bench)

    assert told.code == 3
    assert outcomes(told) == {"list": "failed"}


VALUE = "package a\n\n// Value is a value.\nfunc Value() int {\n\treturn 1\n}\n"
TESTS = (
    'package b\n\nimport (\n\t"testing"\n\n\t"example.org/m/pkg/a"\n)\n\n'
    "func TestValue(t *testing.T) {\n\tif a.Value() != 1 {\n\t\tt.Fail()\n\t}\n}\n\n"
    "func TestNeverRight(t *testing.T) {\n\tt.Fail()\n}\n"
)
MODULE = {
    "go.mod": "module example.org/m\n\ngo 1.21\n",
    "pkg/a/a.go": VALUE,
    "pkg/b/b.go": 'package b\n\nimport "example.org/m/pkg/a"\n\nvar B = a.Value()\n',
    "pkg/d/d.go": "package d\n\nfunc D() int { return undefined }\n",
}


def test_only_failures_that_the_release_does_not_have_count_in_a_go_module(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", {**MODULE, "pkg/b/b_test.go": TESTS})
    bench.series({"two.patch": ours(bench, {"pkg/a/a.go": VALUE.replace("return 1", "return 2")})})

    told = verify(bench)

    assert told.code == 1
    assert findings(told, "queue/test", "queue/known-failure") == [
        ("queue/known-failure", "example.org/m/pkg/b.TestNeverRight", "fails on the untouched release, too"),
        ("queue/test", "example.org/m/pkg/b.TestValue", "example.org/m/pkg/b.TestValue fails"),
    ]
    assert "pkg/d" not in told.output, "d does not import what the queue touched"


def test_what_the_compiler_complains_of_is_put_to_the_step_that_owns_the_file(bench: Bench) -> None:
    bench.upstream.release("v1.9.0", MODULE)
    bench.series(
        {
            "docs.patch": ours(bench, {"pkg/README.md": "Read.\n"}),
            "broken.patch": ours(bench, {"pkg/a/a.go": VALUE.replace("return 1", 'return "1"')}),
        }
    )

    told = verify(bench, "--no-tests")

    assert told.code == 1
    (finding, *_) = [f for case in _cases(told) for f in case["findings"] if f["rule"] == "queue/build"]
    assert finding["location"]["path"] == "patches/broken.patch"
    assert "pkg/a/a.go:5" in finding["message"]


def test_a_python_package_is_compiled_and_imported(bench: Bench) -> None:
    lost = "import nowhere_to_be_found\n"
    bench.upstream.release("v1.9.0", {"pkg/a.txt": "", "sdk/shop/__init__.py": "", "sdk/shop/old.py": lost})
    files = {
        "syntax": "def (\n",
        "lost": "from shop import missing\n",
        "well": "import shop\n",
        "old": f"# Old.\n{lost}",
    }
    bench.series({f"{name}.patch": ours(bench, {f"sdk/shop/{name}.py": text}) for name, text in files.items()})

    told = verify(bench)

    assert told.code == 1
    found = [f for case in _cases(told) for f in case["findings"] if f["rule"] == "queue/build"]
    assert {f["location"]["path"] for f in found} == {"patches/syntax.patch", "patches/lost.patch"}
    assert [subject for _, subject, _ in findings(told, "queue/known-failure")] == ["shop.old"]

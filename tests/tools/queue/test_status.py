from __future__ import annotations

import json
from pathlib import Path

import pytest

from fork_tools.queue.status.page import render_page
from fork_tools.queue.status.table import Heat, Table, heat
from tests.tools.queue.bench import Bench, Told

BODY = "".join(f"line {number}\n" for number in range(20))


def carried(bench: Bench) -> None:
    """Make a queue of two steps, of which upstream breaks `two` with v1.9.1."""
    bench.upstream.release("v1.9.0", {"pkg/one": BODY, "pkg/two": BODY})
    patches = {}
    for name in ("one", "two"):
        files = {f"pkg/{name}": BODY.replace("line 10\n", "line ten\n")}
        change = bench.upstream.commit(files, branch="ours", parents=("refs/tags/v1.9.0",))
        patches[f"{name}.patch"] = bench.mail("v1.9.0", change, f"Change {name}")
    bench.series(patches)


def run(bench: Bench, *arguments: str) -> Told:
    return bench.run("queue", *arguments, "--upstream", str(bench.upstream.directory))


def test_the_lock_is_shown_release_by_step(bench: Bench) -> None:
    carried(bench)
    assert bench.apply("--all").code == 0

    told = run(bench, "status")

    assert told.code == 0
    assert [line.split() for line in told.output.splitlines()] == [
        ["v1.9.0"],
        ["one", "clean"],
        ["two", "clean"],
        ["(patches/fork.lock)"],
    ]


def test_what_breaks_is_seen_by_trying_and_is_red_on_the_page(bench: Bench, tmp_path: Path) -> None:
    carried(bench)
    bench.upstream.release("v1.9.1", {"pkg/two": BODY.replace("line 10\n", "another\n")})

    told = run(bench, "status", "--try", "--html", str(tmp_path / "map.html"), "--output", "json")

    assert told.code == 3
    assert {(row["release"], row["step"]): row["class"] for row in json.loads(told.output)} == {
        ("v1.9.0", "one"): "clean",
        ("v1.9.0", "two"): "clean",
        ("v1.9.1", "one"): "clean",
        ("v1.9.1", "two"): "conflict",
    }
    assert '<td class="broken">conflict</td>' in (tmp_path / "map.html").read_text()
    assert not (bench.patches / "fork.lock").exists()


def test_without_a_lock_the_next_command_is_named(bench: Bench) -> None:
    carried(bench)

    told = run(bench, "status")

    assert told.code == 2
    assert "mxfork queue status --try" in told.errors


def test_two_releases_are_compared_step_by_step(bench: Bench) -> None:
    carried(bench)
    bench.upstream.release("v1.9.1", {"pkg/two": BODY.replace("line 7\n", "line seven\n")})

    told = run(bench, "diff", "v1.9.0", "v1.9.1")

    assert told.code == 0
    one, two, *difference = told.output.splitlines()
    assert " = " in one
    assert one.endswith("Change one")
    assert " ! " in two
    assert two.endswith("Change two")
    assert any("line seven" in line for line in difference)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("clean", Heat.WELL),
        ("three-way", Heat.WELL),
        ("offset", Heat.LOOK),
        ("already-upstream (superset)", Heat.LOOK),
        ("already-upstream (tweaked)", Heat.BROKEN),
        ("retargeted", Heat.BROKEN),
        ("blocked", Heat.BROKEN),
        ("lane-ended", Heat.NONE),
        ("-", Heat.NONE),
    ],
)
def test_a_class_has_a_heat(label: str, expected: Heat) -> None:
    assert heat(label) is expected


def test_names_are_escaped_on_the_page() -> None:
    table = Table(("<b>",), ("a&b",), {("<b>", "a&b"): "clean"}, "applied now")

    page = render_page(table)

    assert "&lt;b&gt;" in page
    assert "a&amp;b" in page

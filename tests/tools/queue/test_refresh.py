from __future__ import annotations

from tests.tools.queue.bench import Bench, Told

BODY = "".join(f"line {number}\n" for number in range(30))


def refresh(bench: Bench, *arguments: str) -> Told:
    return bench.run("queue", "refresh", "--upstream", str(bench.upstream.directory), *arguments)


def carried(bench: Bench, upstream: str) -> bytes:
    """Make a queue of one patch for v1.9.0, and v1.9.1 in which upstream's file is `upstream`."""
    bench.upstream.release("v1.9.0", {"pkg/file": BODY})
    ours = {"pkg/file": BODY.replace("line 20\n", "row 20\n")}
    change = bench.upstream.commit(ours, branch="ours", parents=("refs/tags/v1.9.0",))
    patch = bench.mail("v1.9.0", change, Fork_Reason="compat: rows")
    bench.series({"rows.patch": patch})
    bench.upstream.release("v1.9.1", {"pkg/file": upstream})
    return patch


def test_a_patch_that_applies_as_it_is_written_stays_to_the_byte(bench: Bench) -> None:
    patch = carried(bench, BODY.replace("line 1\n", "line one\n"))

    told = refresh(bench, "--to", "v1.9.1")

    assert (told.code, told.output) == (0, "rows: nothing\n")
    assert (bench.patches / "rows.patch").read_bytes() == patch


def test_an_offset_is_written_into_the_patch_and_its_header_kept(bench: Bench) -> None:
    patch = carried(bench, "new\n" + BODY)
    assert bench.apply("--to", "v1.9.1", "--dry-run").classes("v1.9.1") == {"rows": "offset"}

    assert refresh(bench, "--to", "v1.9.1", "--dry-run").output == "rows: line numbers and context only\n"
    assert (bench.patches / "rows.patch").read_bytes() == patch
    assert refresh(bench, "--to", "v1.9.1", "rows").code == 0

    written = (bench.patches / "rows.patch").read_bytes()
    assert written.startswith(patch[: patch.index(b"diff --git")])
    assert bench.apply("--to", "v1.9.1", "--dry-run").classes("v1.9.1") == {"rows": "clean"}
    assert refresh(bench, "--to", "v1.9.1").output == "rows: nothing\n"
    assert (bench.patches / "rows.patch").read_bytes() == written


def test_nothing_is_written_where_the_patch_does_not_apply(bench: Bench) -> None:
    patch = carried(bench, BODY.replace("line 20\n", "another\n"))

    told = refresh(bench, "--to", "v1.9.1")

    assert told.code == 3
    assert "no patch was written" in told.errors
    assert (bench.patches / "rows.patch").read_bytes() == patch

"""The benchmark submits what it says, and its results are a document and a picture."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchmarks.ceiling import Ceiling
from benchmarks.kwok import stages
from benchmarks.life import Life
from benchmarks.loads import SMALL, WIDE, Load
from benchmarks.picture import draw
from benchmarks.results import SCHEMA, Measured, Results
from controller.api.validation import validate

LIFE = Life(
    load="small",
    controller="mxjob-controller",
    jobs=2,
    objects=16,
    objects_per_second=60,
    all_children=1,
    all_running=2,
    all_succeeded=3,
    latency_p50=0.5,
    latency_p99=0.75,
    cpu_ms_per_job=8,
    cpu_ms_per_job_to_children=4,
    peak_rss_mib=80,
    status_writes_per_job=3,
    condition_changes_per_job=3,
    events_per_job=7,
    passes_per_job=6,
    requests_per_job={"POST": 15, "PATCH": 3},
)


def test_jobs_of_the_benchmark_are_valid() -> None:
    for shape in (SMALL, WIDE):
        assert validate(shape.job("a")) == ()


def test_the_ceiling_has_the_objects_of_the_load() -> None:
    load = Load("small", 3, SMALL)
    children = [child for name in load.names() for child in load.shape.children(name)]
    assert len(children) == load.objects == 24
    assert not any("ownerReferences" in manifest["metadata"] for _, manifest in children)
    assert len({(path, manifest["metadata"]["name"]) for path, manifest in children}) == 24


def test_results_compare_with_the_ceiling_around_them() -> None:
    results = Results("v1.37.2", [Measured(LIFE, Ceiling(90, 0.4), Ceiling(110, 0.6))])
    document = msgspec.json.decode(msgspec.json.encode(results.document()))
    (life,) = document["lives"]
    assert document["schema"] == SCHEMA
    assert (life["ceiling"], life["ratio_to_ceiling"], life["ceiling_cpu_ms_per_request"]) == (100, 0.6, 0.5)
    assert life["requests_per_job"] == {"POST": 15, "PATCH": 3}


def test_results_have_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "lives.svg"
    draw([Measured(LIFE, Ceiling(90, 0.4), Ceiling(110, 0.6))], path)
    assert "<svg" in path.read_text(encoding="utf-8")


def test_every_field_of_the_results_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "performance.md").read_text(encoding="utf-8")
    results = Results("v1.37.2", [Measured(LIFE, Ceiling(90, 0.4), Ceiling(110, 0.6))])
    named = {name for name in results.document()["lives"][0] if name not in {"load", "controller", "jobs", "objects"}}
    assert [name for name in sorted(named) if f"`{name}`" not in page] == []


def test_a_pod_of_kwok_runs_for_a_while_and_succeeds() -> None:
    by_name = {stage["metadata"]["name"]: stage["spec"] for stage in stages(20)}
    assert by_name["succeed"]["delay"] == {"durationMilliseconds": 20_000}
    assert by_name["run"]["next"]["statusTemplate"].startswith("phase: Running\n")
    assert by_name["go"]["next"] == {"delete": True}

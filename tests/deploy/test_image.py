"""What the image holds, and that it runs as the Deployment runs it: no root, and nothing that can be written to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.cluster.controller_process import ANY_PORT, ControllerProcess
from tests.deploy.dockerfile import REPOSITORY, Stage, play, stages

BUILD, IMAGE = stages()
# Everything read-only, then an ordinary user without capabilities.
CONFINED = (
    *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
    'mount -o remount,bind,ro=recursive / && exec unshare --user --map-user=65532 --map-group=65532 -- "$@"',
    "confined",
)


def locked() -> set[str]:
    text = (REPOSITORY / "requirements" / "controller.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("image")


@pytest.fixture(scope="module")
def installed(scratch: Path) -> Path:
    """Play the build stage."""
    return play(BUILD, scratch)


def test_only_the_controller_and_what_it_needs_is_in_it(installed: Path) -> None:
    (packages,) = installed.glob("lib/python3*/site-packages")
    names = {path.name.lower() for path in packages.iterdir()}
    assert not {"fork_tools", "pip", "setuptools", "hatchling"} & names
    metadata = [path.name for path in packages.glob("*.dist-info")]
    assert len(metadata) == len(needed(locked())) + 1
    assert "mxfork" not in {path.name for path in (installed / "bin").iterdir()}


def needed(names: set[str]) -> set[str]:
    """Leave out what the lock has for other platforms only."""
    return names - ({"colorama", "winloop"} if sys.platform == "linux" else set())


def test_no_bytecode_depends_on_a_time(installed: Path) -> None:
    compiled = list((installed / "lib").rglob("*.pyc"))
    assert len(compiled) > 500
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\1\0\0\0"}


@pytest.mark.usefixtures("installed")
def test_the_controllers_wheel_is_the_same_every_time(scratch: Path) -> None:
    (first,) = (scratch / "wheels").glob("*.whl")
    again = scratch / "again"
    command = [str(scratch / "build" / "bin" / "python"), "-m", "pip", "wheel", "--no-deps", "--no-index"]
    options = ["--no-build-isolation", "--wheel-dir", str(again), "./deploy/image"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0"}
    folder = scratch / "src"
    run = subprocess.run([*command, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert digest(first) == digest(again / first.name)
    assert {name.split("/")[0] for name in zipfile.ZipFile(first).namelist()} == {
        "controller",
        f"{first.name.split('-py3')[0]}.dist-info",
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_runs_without_root_and_without_a_place_to_write(installed: Path, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    names = {"cluster": "away", "user": "nobody"}
    document = {
        "clusters": [{"name": "away", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "nobody", "user": {"token": "none"}}],
        "contexts": [{"name": "away", "context": names}],
        "current-context": "away",
    }
    kubeconfig.write_text(yaml.safe_dump(document), encoding="utf-8")
    flags = (
        f"--kubeconfig={kubeconfig}",
        f"--metrics-bind-address={ANY_PORT}",
        f"--health-probe-bind-address={ANY_PORT}",
    )
    command = [*CONFINED, str(installed / "bin" / "mxjob-controller"), *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    controller = ControllerProcess(process)
    try:
        controller.wait_for_log("the API server cannot be reached")
        identity = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        assert re.search(r"^CapEff:\t0+$", identity, re.MULTILINE)
        assert controller.probe("/healthz") == (200, "ok")
        assert "mxjob-controller" in "".join(controller.metrics())
        assert controller.stop() == 0
        assert "Traceback" not in controller.log
        assert "Read-only" not in controller.log
    finally:
        process.kill()
        controller.wait()


def test_the_dockerfile_says_what_it_has_to() -> None:
    arguments = BUILD.base.split()
    assert arguments[1:] == ["AS", "build"]
    for line in BUILD.all("RUN"):
        if "install" in line:
            assert "--require-hashes" in line or "--no-index" in line, line
    assert IMAGE.all("USER") == ["65532:65532"]
    assert json.loads(IMAGE.all("ENTRYPOINT")[0]) == ["/opt/mxjob/bin/mxjob-controller"]
    assert IMAGE.all("COPY") == ["--from=build /opt/mxjob /opt/mxjob"]
    assert IMAGE.all("RUN") == []


def test_what_the_dockerfile_copies_is_sent_to_the_builder() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    copied = {name for line in copies(BUILD) for name in line}
    assert lines[0] == "*"
    assert sent == copied


def copies(stage: Stage) -> list[list[str]]:
    return [text.split()[:-1] for text in stage.all("COPY")]


def test_the_images_distribution_is_the_kits() -> None:
    kit = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = tomllib.loads((REPOSITORY / "deploy" / "image" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert image["name"] == kit["name"]
    assert image["requires-python"] == kit["requires-python"]
    assert image["scripts"]["mxjob-controller"] == kit["scripts"]["mxjob-controller"]
    assert image["license"] == kit["license"]


def test_the_bill_of_materials_is_valid_and_whole(tmp_path: Path) -> None:
    target = tmp_path / "bill.cdx.json"
    command = [sys.executable, str(REPOSITORY / "scripts" / "sbom.py"), "requirements/controller.txt", str(target)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    text = target.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert {each["name"] for each in json.loads(text)["components"]} == locked()

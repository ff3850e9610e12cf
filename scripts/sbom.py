"""Write the software bill of materials of the image: what requirements/controller.txt locks, and the controller."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def components(lock: str) -> Iterator[Component]:
    """Name each locked package; the hashes are in the lock, as one package comes as a file for each platform."""
    for name, version in _PIN.findall(lock):
        url = PackageURL("pypi", None, name.lower().replace("_", "-"), version)
        yield Component(type=ComponentType.LIBRARY, name=name, version=version, purl=url, bom_ref=str(url))


def bill(lock: str, project: str) -> Bom:
    """Build the bill of the controller whose pyproject.toml is `project`."""
    described = tomllib.loads(project)["project"]
    controller = Component(
        type=ComponentType.APPLICATION,
        name="mxjob-controller",
        version=described["version"],
        bom_ref="mxjob-controller",
        licenses=[LicenseFactory().make_from_string(described["license"])],
    )
    bom = Bom(components=components(lock))
    bom.metadata.component = controller
    bom.register_dependency(controller, bom.components)
    return bom


def main(lock: Path, target: Path) -> None:
    """Write the bill of `lock` to `target`."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    bom = bill(lock.read_text(encoding="utf-8"), project.read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    target.write_text(outputter.output_as_string(indent=2) + "\n", encoding="utf-8")
    print(f"{target}: {len(bom.components)} packages")  # noqa: T201  the command's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""One release under every name that it needs."""

from __future__ import annotations

import pytest
from packaging.version import Version as PythonVersion

from fork_tools.release.naming import names_for
from fork_tools.upstream.versions import Version


@pytest.mark.parametrize(
    ("version", "number", "pep440", "image", "label"),
    [
        ("1.9.4", 1, "1.9.4+mxjob.1", "v1.9.4-mxjob.1", "1.9.4_mxjob.1"),
        ("1.9.4", 10, "1.9.4+mxjob.10", "v1.9.4-mxjob.10", "1.9.4_mxjob.10"),
        ("1.9.0-rc.0", 2, "1.9.0rc0+mxjob.2", "v1.9.0-rc.0-mxjob.2", "1.9.0-rc.0_mxjob.2"),
    ],
)
def test_names(version: str, number: int, pep440: str, image: str, label: str) -> None:
    names = names_for(f"v{version}", Version.parse(version), number)
    assert (names.git, names.semver) == (f"v{version}+mxjob.{number}", f"{version}+mxjob.{number}")
    assert (names.pep440, names.image, names.label) == (pep440, image, label)


def test_python_ranks_the_tenth_after_the_ninth() -> None:
    nine, ten = (names_for("v1.9.4", Version.parse("1.9.4"), number).pep440 for number in (9, 10))
    assert PythonVersion(nine) < PythonVersion(ten)

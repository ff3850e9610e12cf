"""A CycloneDX bill of materials with the pedigree of the fork: upstream's release, and every step on top of it."""

from __future__ import annotations

import json
import re
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import AttachedText, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Commit, Component, ComponentType, Diff, Patch, PatchClassification, Pedigree
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from fork_tools.queue.apply import Run, Tried
from fork_tools.queue.objects import Objects
from fork_tools.release.naming import Names
from fork_tools.upstream.urls import commit_page

_GITHUB = re.compile(r"https://github\.com/(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?")
_KINDS = {"cherry-pick": PatchClassification.CHERRY_PICK, "revert": PatchClassification.UNOFFICIAL}


def sbom(names: Names, run: Run, objects: Objects, url: str) -> str:
    """Write the bill of materials; the same release gives the same bytes. Patches carry their whole difference."""
    ancestor = Component(
        name=_name(url),
        version=run.target.name,
        type=ComponentType.APPLICATION,
        purl=_purl(url, run.target.name),
        bom_ref=f"upstream-{run.target.name}",
    )
    page = commit_page(url, run.target.commit)
    fork = Component(
        name=_name(url),
        version=names.semver,
        type=ComponentType.APPLICATION,
        bom_ref=f"fork-{names.git}",
        pedigree=Pedigree(
            ancestors=[ancestor],
            commits=[Commit(uid=run.target.commit, url=XsUri(page) if page else None)],
            patches=[patch for tried in run.steps if (patch := _patch(tried, objects))],
            notes=f"tree {run.tree}",
        ),
    )
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"{url}#{names.git}:{run.commit}"))
    bom.metadata.component = fork
    bom.metadata.timestamp = run.target.date
    return json.dumps(json.loads(JsonV1Dot6(bom).output_as_string()), indent=2, sort_keys=True) + "\n"


def _patch(tried: Tried, objects: Objects) -> Patch | None:
    if tried.commit is None:
        return None
    kind = PatchClassification.BACKPORT if tried.step.upstream_status.startswith("Backport") else None
    difference = objects.git("diff-tree", "-p", "--full-index", "--no-renames", f"{tried.commit}^", tried.commit)
    text = difference.decode("utf-8", "replace")
    return Patch(
        type=kind or _KINDS.get(tried.step.kind, PatchClassification.UNOFFICIAL),
        diff=Diff(text=AttachedText(content=text, content_type="text/x-diff")),
    )


def _name(url: str) -> str:
    return re.sub(r"\.git$", "", url.rstrip("/")).rpartition("/")[2]


def _purl(url: str, tag: str) -> PackageURL:
    found = _GITHUB.fullmatch(url)
    if found:
        return PackageURL("github", found["owner"], found["name"], tag)
    return PackageURL("generic", None, _name(url), tag)

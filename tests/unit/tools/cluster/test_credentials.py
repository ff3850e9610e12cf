from __future__ import annotations

import ssl
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from fork_tools.cluster import folder
from fork_tools.cluster.credentials import Credentials, write_credentials
from fork_tools.cluster.layout import Layout

SERVER = "https://127.0.0.1:20443"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    found = Layout.of(tmp_path)
    folder.make(found)
    write_credentials(found, SERVER, datetime.now(UTC))
    return found


def test_only_the_user_may_read_them(layout: Layout) -> None:
    written = [layout.kubeconfig, *layout.pki.iterdir()]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_the_kubeconfig_trusts_the_server_by_its_authority_and_goes_anywhere(layout: Layout) -> None:
    access = yaml.safe_load(layout.kubeconfig.read_text(encoding="utf-8"))
    (cluster,) = access["clusters"]
    assert cluster["cluster"]["server"] == SERVER
    assert b64decode(cluster["cluster"]["certificate-authority-data"]) == Credentials(layout.pki).authority.read_bytes()
    assert str(layout.directory) not in layout.kubeconfig.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("kubeconfig", "mxfork-administrator"),
        ("pki/controller-manager.kubeconfig", "system:kube-controller-manager"),
        ("pki/node.kubeconfig", "mxfork-node-agent"),
    ],
)
def test_every_component_is_a_user_of_its_own(name: str, user: str, layout: Layout) -> None:
    access = yaml.safe_load((layout.directory / name).read_text(encoding="utf-8"))
    (entry,) = access["users"]
    certificate = x509.load_pem_x509_certificate(b64decode(entry["user"]["client-certificate-data"]))
    assert certificate.subject.rfc4514_string().startswith(f"CN={user}")


def test_keys_fit_their_certificates(layout: Layout) -> None:
    files = Credentials(layout.pki)
    for pair in (files.administrator, files.api_server, files.controller_manager, files.node, files.node_client):
        ssl.create_default_context().load_cert_chain(pair.certificate, pair.key)

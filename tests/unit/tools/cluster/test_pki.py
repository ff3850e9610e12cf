from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, Subject, VerificationError

from fork_tools.cluster.pki import VALIDITY, Authority, KeyPair, signing_key

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AUTHORITY = Authority("test authority", NOW)


def store(authority: Authority) -> PolicyBuilder:
    return PolicyBuilder().store(Store([x509.load_pem_x509_certificate(authority.certificate)]))


def leaf(pair: KeyPair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate)


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(x509.DNSName("localhost"), id="by name"),
        pytest.param(x509.IPAddress(ipaddress.ip_address("127.0.0.1")), id="by address"),
    ],
)
def test_a_client_that_trusts_the_authority_verifies_its_servers(subject: Subject) -> None:
    pair = AUTHORITY.server("server", ("127.0.0.1", "localhost"))
    assert store(AUTHORITY).time(NOW).build_server_verifier(subject).verify(leaf(pair), [])


def test_a_server_certificate_does_not_hold_for_another_name() -> None:
    pair = AUTHORITY.server("server", ("localhost",))
    with pytest.raises(VerificationError):
        store(AUTHORITY).time(NOW).build_server_verifier(x509.DNSName("example.test")).verify(leaf(pair), [])


def test_two_authorities_do_not_trust_each_other() -> None:
    other = Authority("test authority", NOW)
    with pytest.raises(VerificationError):
        store(other).time(NOW).build_server_verifier(x509.DNSName("localhost")).verify(
            leaf(AUTHORITY.server("server", ("localhost",))), []
        )


@pytest.mark.parametrize("moment", [NOW - timedelta(minutes=30), NOW, NOW + VALIDITY - timedelta(days=1)])
def test_certificates_outlive_a_clock_set_back_and_a_long_lived_cluster(moment: datetime) -> None:
    pair = AUTHORITY.server("server", ("localhost",))
    assert store(AUTHORITY).time(moment).build_server_verifier(x509.DNSName("localhost")).verify(leaf(pair), [])


def test_a_client_certificate_says_who_and_in_which_groups() -> None:
    subject = leaf(AUTHORITY.client("alice", ("admins", "people"))).subject
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["alice"]
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["admins", "people"]


def test_a_client_certificate_cannot_play_a_server() -> None:
    with pytest.raises(VerificationError):
        store(AUTHORITY).time(NOW).build_server_verifier(x509.DNSName("localhost")).verify(
            leaf(AUTHORITY.client("localhost")), []
        )


def test_a_key_belongs_to_its_certificate() -> None:
    pair = AUTHORITY.client("alice")
    key = serialization.load_pem_private_key(pair.key, None)
    assert key.public_key() == leaf(pair).public_key()


def test_the_public_signing_key_belongs_to_the_private_one() -> None:
    private, public = signing_key()
    key = serialization.load_pem_private_key(private, None)
    assert key.public_key() == serialization.load_pem_public_key(public)

"""Credentials: verified TLS, the right identity, and newer ones when the API server wants them."""

from __future__ import annotations

import ssl
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.aio.client import Configuration

from controller.runtime.client import ApiClient
from controller.runtime.credentials import Credentials, load_credentials
from controller.runtime.errors import ApiError, StartError
from fork_tools.cluster.pki import Authority
from tests.unit.controller.runtime.scripted_api import Answer, ScriptedApi, status


def kubeconfig(folder: Path, *, cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> Path:
    document = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1/", **(cluster or {})}}],
        "users": [{"name": "u", "user": user or {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


async def test_tls_is_verified_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    credentials = await load_credentials(kubeconfig(tmp_path))
    assert credentials.server == "https://127.0.0.1:1"
    assert credentials.ssl_context.verify_mode == ssl.CERT_REQUIRED
    assert credentials.ssl_context.check_hostname
    insecure = await load_credentials(kubeconfig(tmp_path, cluster={"insecure-skip-tls-verify": True}))
    assert insecure.ssl_context.verify_mode == ssl.CERT_NONE


async def test_the_name_to_verify_and_the_proxy_may_be_given(tmp_path: Path) -> None:
    cluster = {"tls-server-name": "kubernetes", "proxy-url": "http://127.0.0.1:2"}
    credentials = await load_credentials(kubeconfig(tmp_path, cluster=cluster))
    assert (credentials.server_hostname, credentials.proxy) == ("kubernetes", "http://127.0.0.1:2")


@pytest.mark.parametrize(
    ("user", "authorization"),
    [
        pytest.param({"token": "t0ken"}, "Bearer t0ken", id="token"),
        pytest.param({"username": "me", "password": "secret"}, "Basic bWU6c2VjcmV0", id="password"),
        pytest.param({}, None, id="nobody"),
    ],
)
async def test_identity(tmp_path: Path, user: dict[str, Any], authorization: str | None) -> None:
    assert await (await load_credentials(kubeconfig(tmp_path, user=user))).authorization() == authorization


async def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "authority").write_text("no certificate", encoding="utf-8")
    path = kubeconfig(tmp_path, cluster={"certificate-authority": "authority"})
    with pytest.raises(StartError, match=f"kubeconfig {path} cannot be used"):
        await load_credentials(path)


async def test_of_several_files_in_the_environment_one_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{kubeconfig(tmp_path)}")
    assert (await load_credentials(None)).server == "https://127.0.0.1:1"


async def test_in_a_pod_without_a_token_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    with pytest.raises(StartError, match="service account"):
        await load_credentials(None)


async def test_no_copy_of_a_key_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    pair = Authority("tests", datetime.now(UTC)).client("me")
    inline = {
        "client-certificate-data": b64encode(pair.certificate).decode(),
        "client-key-data": b64encode(pair.key).decode(),
    }
    await load_credentials(kubeconfig(tmp_path, user=inline))
    assert list(scratch.iterdir()) == []


async def test_a_rejected_token_is_read_again(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old", encoding="utf-8")
    api = ScriptedApi(status(401, "Unauthorized"), Answer())
    async with api.client() as helper:
        path = kubeconfig(tmp_path, cluster={"server": helper.server}, user={"tokenFile": str(token)})
        async with ApiClient(await load_credentials(path)) as client:
            token.write_text("new", encoding="utf-8")
            with pytest.raises(ApiError):
                await client.get("/x")
            await client.get("/x")
    assert [request.headers["Authorization"] for request in api.requests] == ["Bearer old", "Bearer new"]


async def test_credentials_that_cannot_be_read_again_are_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    api = ScriptedApi(status(401, "Unauthorized"), Answer())
    async with api.client() as helper:
        path = kubeconfig(tmp_path, cluster={"server": helper.server}, user={"token": "t0ken"})
        async with ApiClient(await load_credentials(path)) as client:
            path.unlink()
            with pytest.raises(ApiError):
                await client.get("/x")
            await client.get("/x")
    assert [request.headers["Authorization"] for request in api.requests] == ["Bearer t0ken"] * 2
    assert "could not be read again" in caplog.text
    assert "t0ken" not in caplog.text


async def test_a_token_file_that_cannot_be_read_is_told_once_not_at_every_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    readable = iter((True, False, False, False, True, True, False))

    def read(configuration: Configuration) -> None:
        if not next(readable):
            raise OSError("Permission denied: token")
        configuration.api_key["BearerToken"] = "bearer t0ken"

    configuration = Configuration()
    configuration.host = "https://127.0.0.1:1"
    configuration.refresh_api_key_hook = read  # type: ignore[assignment]  # theirs, typed as None
    credentials = Credentials(configuration, None)
    caplog.set_level("INFO")
    for _ in range(7):
        assert await credentials.authorization() == "bearer t0ken"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO", "WARNING"]
    assert "Permission denied" in caplog.text
    assert "t0ken" not in caplog.text

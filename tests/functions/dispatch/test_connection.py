"""The way to Temporal: in clear, over mutual TLS, with an API key; and what a wrong setting says."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.testing import WorkflowEnvironment

from functions.aws import secretsmanager
from functions.dispatch import credentials
from functions.dispatch.connection import KeptClient, TemporalConnectionError, connect, connect_options
from functions.settings import settings
from tests.functions.dispatch.tls import Pair, authority, issued, relay

Set = Callable[..., None]


@dataclass(frozen=True)
class Secured:
    """A Temporal server behind mutual TLS, and what its clients have."""

    address: str
    ca: Pair
    client: Pair
    folder: Path
    target: str


@pytest.fixture
def given(aws: None, monkeypatch: pytest.MonkeyPatch) -> Set:
    """Settings by their names in lower case."""

    def give(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"SANDAN_TEMPORAL_{name.upper()}", str(value))
        settings.cache_clear()
        credentials.secrets.cache_clear()

    return give


@pytest.fixture
async def secured(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Secured]:
    """The dev server behind a relay, with an authority that was made up for it."""
    ca = authority("tests of Sandan")
    target = temporal.client.service_client.config.target_host
    async with relay(target, issued(ca, "server"), ca, tmp_path) as address:
        yield Secured(address, ca, issued(ca, "client"), tmp_path, target)


def files(secured: Secured, client: Pair | None = None, ca: Pair | None = None) -> dict[str, object]:
    """The settings of a client with its files."""
    certificate, key = (client or secured.client).written(secured.folder, "client")
    authority_file, _ = (ca or secured.ca).written(secured.folder, "ca")
    return {"address": secured.address, "tls": "yes", "tls_ca": authority_file, "tls_cert": certificate, "tls_key": key}


async def answers() -> bool:
    """Whether the server that the settings name does what it is asked."""
    client = await connect()
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return bool(info.server_version)


async def refused() -> str:
    """Why no client can be had."""
    with pytest.raises(TemporalConnectionError) as raised:
        await connect()
    return str(raised.value)


async def test_in_clear(temporal: WorkflowEnvironment, given: Set) -> None:
    given(address=temporal.client.service_client.config.target_host)
    assert await answers()


async def test_over_mutual_tls_with_files(secured: Secured, given: Set) -> None:
    given(**files(secured))
    assert await answers()


async def test_over_mutual_tls_with_the_secret(secured: Secured, given: Set) -> None:
    """Given certificates and API key in the secrets store, as a Lambda has them, then they are used."""
    value = {
        "ca_pem": secured.ca.certificate_pem,
        "certificate_pem": secured.client.certificate_pem,
        "key_pem": secured.client.key_pem,
        "api_key": "k-1",
    }
    secretsmanager().create_secret(Name=settings().temporal_secret, SecretString=json.dumps(value))
    given(address=secured.address, tls="yes")
    assert await answers()
    assert connect_options()["api_key"] == "k-1"


async def test_a_client_without_a_certificate_is_not_let_in(secured: Secured, given: Set) -> None:
    secretsmanager().create_secret(
        Name=settings().temporal_secret, SecretString=json.dumps({"ca_pem": secured.ca.certificate_pem})
    )
    given(address=secured.address, tls="yes")
    assert f"Temporal at {secured.address} does not answer" in await refused()


async def test_a_client_of_another_authority_is_not_let_in(secured: Secured, given: Set) -> None:
    given(**files(secured, client=issued(authority("somebody else"), "client")))
    assert "does not answer" in await refused()


async def test_in_clear_to_a_server_with_tls(secured: Secured, given: Set) -> None:
    given(address=secured.address)
    assert "does not answer" in await refused()


async def test_a_server_of_another_authority_is_not_trusted(secured: Secured, given: Set) -> None:
    given(**files(secured, ca=authority("somebody else")))
    assert "the server's certificate is not by the CA that we trust" in await refused()


async def test_a_server_of_another_name_is_not_trusted(secured: Secured, given: Set) -> None:
    given(**files(secured), tls_server_name="temporal.example")
    assert "SANDAN_TEMPORAL_TLS_SERVER_NAME" in await refused()


async def test_an_expired_server_is_not_trusted(temporal: WorkflowEnvironment, given: Set, tmp_path: Path) -> None:
    ca = authority("tests of Sandan")
    target = temporal.client.service_client.config.target_host
    async with relay(target, issued(ca, "server", days=-1), ca, tmp_path) as address:
        given(**files(Secured(address, ca, issued(ca, "client"), tmp_path, target)))
        assert "has expired" in await refused()


async def test_an_expired_client_says_so_itself(secured: Secured, given: Set) -> None:
    given(**files(secured, client=issued(secured.ca, "client", days=-1)))
    assert "the client's certificate has expired" in await refused()


async def test_a_key_of_another_certificate_says_so(secured: Secured, given: Set) -> None:
    mixed = Pair(secured.client.certificate, issued(secured.ca, "client").key)
    given(**files(secured, client=mixed))
    assert "the client's key is not that of its certificate" in await refused()


@pytest.mark.parametrize("name", ["tls_ca", "tls_cert", "tls_key"])
async def test_a_missing_file_is_named(secured: Secured, given: Set, name: str) -> None:
    given(**files(secured) | {name: secured.folder / "nowhere.pem"})
    told = await refused()
    assert f"SANDAN_TEMPORAL_{name.upper()}: {secured.folder}/nowhere.pem cannot be read" in told


@pytest.mark.parametrize(
    ("name", "words"),
    [("tls_ca", "the CA is not a certificate"), ("tls_cert", "certificate is not"), ("tls_key", "key is not in PEM")],
)
async def test_a_broken_file_is_named(secured: Secured, given: Set, name: str, words: str) -> None:
    broken = secured.folder / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
    given(**files(secured) | {name: broken})
    assert words in await refused()


async def test_a_certificate_without_its_key_says_so(secured: Secured, given: Set) -> None:
    wanted = files(secured)
    del wanted["tls_key"]
    given(**wanted)
    assert "belong together" in await refused()


@pytest.mark.parametrize("name", ["api_key", "tls_ca"])
async def test_what_is_for_tls_needs_tls(given: Set, name: str) -> None:
    """Given an API key without TLS, then nothing is sent in clear."""
    given(**{name: "x"})
    assert f"SANDAN_TEMPORAL_{name.upper()} without TLS: set SANDAN_TEMPORAL_TLS=yes" in await refused()


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "cannot be read: put a value"), ('{"key": "x"}', "is not right: key"), ("x", "is not right")],
)
async def test_a_secret_that_is_missing_or_wrong_is_named(given: Set, value: str | None, words: str) -> None:
    if value:
        secretsmanager().create_secret(Name=settings().temporal_secret, SecretString=value)
    given(tls="yes")
    told = await refused()
    assert settings().temporal_secret in told
    assert words in told


async def test_an_api_key_goes_with_every_call(given: Set, secured: Secured) -> None:
    """Given an API key and files, then both are used."""
    given(**files(secured), api_key="k-2")
    assert connect_options()["api_key"] == "k-2"
    assert await answers()
    assert "k-2" not in repr(settings())


async def test_the_client_is_kept_until_the_settings_say_something_else(
    temporal: WorkflowEnvironment, secured: Secured, given: Set
) -> None:
    """Given a client in use, when certificates or the API key are changed, then the next batch has a new one."""
    kept = KeptClient()
    given(**files(secured), api_key="k-1")
    first = await kept.get()
    assert await kept.get() is first
    given(api_key="k-2")
    second = await kept.get()
    assert second is not first
    files(secured, client=issued(secured.ca, "client"))  # over those that the settings name
    third = await kept.get()
    assert third is not second
    assert await kept.get() is third


async def test_a_client_that_was_dropped_is_made_anew(temporal: WorkflowEnvironment, given: Set) -> None:
    kept = KeptClient()
    given(address=temporal.client.service_client.config.target_host)
    first = await kept.get()
    kept.drop()
    assert await kept.get() is not first


async def test_a_kept_client_serves_one_event_loop_after_the_other(temporal: WorkflowEnvironment, given: Set) -> None:
    """Each batch has a loop of its own outside of Lambda."""
    given(address=temporal.client.service_client.config.target_host)
    kept = KeptClient()

    async def used() -> tuple[int, str]:
        client = await kept.get()
        info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
        return id(client), info.server_version

    first = await asyncio.to_thread(asyncio.run, used())
    assert first[1]
    assert await asyncio.to_thread(asyncio.run, used()) == first


async def test_a_connection_that_was_cut_while_nobody_used_it_comes_back(secured: Secured, given: Set) -> None:
    """Given a function that was frozen, whose peers have hung up meanwhile, when it goes on, then its client works."""
    target = secured.target
    kept = KeptClient()
    async with relay(target, issued(secured.ca, "server"), secured.ca, secured.folder) as address:
        given(**files(secured) | {"address": address})
        client = await kept.get()
    port = int(address.rpartition(":")[2])
    async with relay(target, issued(secured.ca, "server"), secured.ca, secured.folder, port):
        assert await kept.get() is client
        info = await client.workflow_service.get_system_info(GetSystemInfoRequest(), retry=True)
        assert info.server_version

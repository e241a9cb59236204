"""The way to the Temporal server: where it is, and with TLS what it knows us by."""

import asyncio
from functools import cache

from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.client import Client
from temporalio.envconfig import ClientConfigProfile, ClientConfigTLS, ClientConnectConfig
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode

from functions.data_keys.keys import DataKeys, own_data_keys
from functions.payloads.converter import data_converter
from functions.settings import settings

COMPRESSION = GrpcCompression.NONE
"""Of what goes over the wire; the library's own choice is gzip, both ways.

Our payloads are compressed and encrypted already, and what is around them is not worth its processor time.
"""
_PATIENCE_SECONDS = 5.0  # beside the calls that follow, within the 30 seconds of a function
_HINTS = {
    "UnknownIssuer": "the server's certificate is not by the CA that we trust: see to the CA",
    "NotValidForName": "the server's certificate is for another name: SANDAN_TEMPORAL_TLS_SERVER_NAME says which",
    "Expired": "the server's certificate has expired",
}


class TemporalConnectionError(RuntimeError):
    """No client can be had: the server is away, refuses us, or the settings are wrong; the text says which."""


async def connect() -> Client:
    """A client of the server that the settings name. Raises TemporalConnectionError within seconds."""
    return await _connected(await asyncio.to_thread(connect_options))


class KeptClient:
    """The client of a process, made when it is first asked for: its connection comes back by itself after an outage.

    It is made anew when address, namespace, certificates or API key are others than before, and after `drop`.
    """

    def __init__(self) -> None:
        self._made: tuple[ClientConnectConfig, DataKeys, Client] | None = None

    async def get(self) -> Client:
        """The client. Raises TemporalConnectionError within seconds when there is none and none can be had."""
        options, keys = await asyncio.to_thread(connect_options), own_data_keys()
        if self._made is None or self._made[0] != options or self._made[1] is not keys:
            self._made = options, keys, await _connected(options)
        return self._made[2]

    def drop(self) -> None:
        """Make it anew the next time: the server did not answer it, or does not know it any more."""
        self._made = None


@cache
def own_client() -> KeptClient:
    """The client of this process."""
    return KeptClient()


async def _connected(options: ClientConnectConfig) -> Client:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await Client.connect(**options, grpc_compression=COMPRESSION, data_converter=data_converter())
    except TimeoutError:
        text = f"no answer in {_PATIENCE_SECONDS:.0f} seconds"
    except RuntimeError as error:  # what the client raises when it cannot connect
        text = _explained(str(error))
    raise TemporalConnectionError(f"Temporal at {settings().temporal_address} does not answer: {text}")


def connect_options() -> ClientConnectConfig:
    """The arguments of `Client.connect` that the settings decide: address, namespace, TLS, API key.

    Raises TemporalConnectionError naming the setting that is wrong.
    """
    named = settings()
    if not named.temporal_tls:
        useless = [name for name in ("api_key", "tls_ca", "tls_cert", "tls_key") if getattr(named, f"temporal_{name}")]
        if useless:
            variables = ", ".join(f"SANDAN_TEMPORAL_{name.upper()}" for name in useless)
            raise TemporalConnectionError(f"{variables} without TLS: set SANDAN_TEMPORAL_TLS=yes as well")
        return ClientConfigProfile(named.temporal_address, named.temporal_namespace).to_client_connect_config()
    from functions.dispatch.credentials import credentials  # noqa: PLC0415 - loads cryptography, for TLS only

    known = credentials(named)
    tls = ClientConfigTLS(
        disabled=False,
        server_name=named.temporal_tls_server_name,
        server_root_ca_cert=known.ca_pem,
        client_cert=known.certificate_pem,
        client_private_key=known.key_pem,
    )
    profile = ClientConfigProfile(named.temporal_address, named.temporal_namespace, known.api_key, tls)
    return profile.to_client_connect_config()


def is_missing(error: RPCError) -> bool:
    """Whether Temporal says that the workflow is not there; a namespace that is missing says nothing of workflows."""
    about_namespace = any(each.Is(NamespaceNotFoundFailure.DESCRIPTOR) for each in error.grpc_status.details)
    return error.status is RPCStatusCode.NOT_FOUND and not about_namespace


def _explained(text: str) -> str:
    """The client's own words, and what to look at."""
    hint = next((hint for word, hint in _HINTS.items() if word in text), None)
    return f"{hint} ({text})" if hint else text

"""A made-up authority with its certificates, and a relay that speaks mutual TLS in front of a server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from events.values import utc_now


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """The key in PEM, without a password."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def written(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Two files with them."""
        files = folder / f"{name}.pem", folder / f"{name}.key"
        files[0].write_text(self.certificate_pem)
        files[1].write_text(self.key_pem)
        return files


def authority(name: str) -> Pair:
    """A CA that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Pair(_certificate(name, key, name, key, days=1, is_ca=True), key)


def issued(ca: Pair, name: str, *, days: float = 1) -> Pair:
    """A certificate of the CA for 127.0.0.1, of a server or a client; with negative days it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = ca.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return Pair(_certificate(name, key, str(issuer), ca.key, days=days, is_ca=False), key)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signing: ec.EllipticCurvePrivateKey,
    *,
    days: float,
    is_ca: bool,
) -> x509.Certificate:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(signing, hashes.SHA256())
    )


@asynccontextmanager
async def relay(target: str, server: Pair, clients_ca: Pair, folder: Path, port: int = 0) -> AsyncIterator[str]:
    """The address of a port that speaks TLS, wants certificates of that CA, and hands everything on to the target.

    Any free port unless it is given; at the end all connections are cut.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=clients_ca.certificate_pem)
    context.load_cert_chain(*server.written(folder, "server"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, _, target_port = target.rpartition(":")
    pumps: set[asyncio.Task[None]] = set()

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(target_port))
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            pump = asyncio.create_task(_pump(source, sink))
            pumps.add(pump)

    listening = await asyncio.start_server(hand_on, "127.0.0.1", port, ssl=context)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    finally:
        sink.close()

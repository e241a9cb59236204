"""What the Temporal server knows us by, and we it: from files that the settings name, or from the secrets store."""

from functools import cache
from pathlib import Path

from aws_lambda_powertools.utilities.parameters import GetParameterError, SecretsProvider
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pydantic import Field, ValidationError

from events.values import Value, utc_now
from functions.aws import secretsmanager
from functions.dispatch.connection import TemporalConnectionError
from functions.settings import Settings

_SECRET_AGE_SECONDS = 300


class TemporalCredentials(Value):
    """Certificates and key in PEM, all of it optional; without a CA the usual ones are trusted.

    The secret `sandan/temporal` has the same fields as JSON.
    """

    api_key: str | None = Field(default=None, repr=False)
    ca_pem: str | None = None
    certificate_pem: str | None = None
    key_pem: str | None = Field(default=None, repr=False)


def credentials(named: Settings) -> TemporalCredentials:
    """From the settings where one of them is given, else from the secret.

    Raises TemporalConnectionError for what is missing, broken, expired or does not belong together.
    """
    files = (named.temporal_tls_ca, named.temporal_tls_cert, named.temporal_tls_key)
    if named.temporal_api_key or any(files):
        known = TemporalCredentials(
            api_key=named.temporal_api_key,
            ca_pem=_file("SANDAN_TEMPORAL_TLS_CA", named.temporal_tls_ca),
            certificate_pem=_file("SANDAN_TEMPORAL_TLS_CERT", named.temporal_tls_cert),
            key_pem=_file("SANDAN_TEMPORAL_TLS_KEY", named.temporal_tls_key),
        )
    else:
        known = _from_secret(named.temporal_secret)
    _check(known)
    return known


def _from_secret(name: str) -> TemporalCredentials:
    try:
        return TemporalCredentials.model_validate_json(str(secrets().get(name, max_age=_SECRET_AGE_SECONDS)))
    except GetParameterError as error:
        raise TemporalConnectionError(
            f"SANDAN_TEMPORAL_TLS=yes, and the secret {name} cannot be read: put a value ({{}} for none), or name "
            f"files by SANDAN_TEMPORAL_TLS_CA and so on ({type(error.__context__).__name__})"
        ) from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
        raise TemporalConnectionError(f"the secret {name} is not right: {told}") from None


@cache
def secrets() -> SecretsProvider:
    """The secrets, each kept for five minutes."""
    return SecretsProvider(boto3_client=secretsmanager())


def _file(variable: str, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise TemporalConnectionError(f"{variable}: {path} cannot be read ({reason}): name a file in PEM") from None


def _check(known: TemporalCredentials) -> None:
    """Mistakes that the client would tell in words of its TLS library, or the server not at all."""
    if known.ca_pem is not None:
        _certificate("the CA", known.ca_pem)
    if (known.certificate_pem is None) != (known.key_pem is None):
        raise TemporalConnectionError("the client's certificate and its key belong together: one of them is missing")
    if known.certificate_pem is None or known.key_pem is None:
        return
    certificate = _certificate("the client's certificate", known.certificate_pem)
    try:
        key = load_pem_private_key(known.key_pem.encode(), None).public_key()
    except (ValueError, TypeError):
        raise TemporalConnectionError("the client's key is not in PEM, or has a password: write it without") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise TemporalConnectionError(
            "the client's key is not that of its certificate: name the two that belong together"
        )


def _certificate(what: str, pem: str) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificates(pem.encode())[0]
    except ValueError:
        raise TemporalConnectionError(f"{what} is not a certificate in PEM (BEGIN CERTIFICATE)") from None
    if certificate.not_valid_after_utc < utc_now():
        raise TemporalConnectionError(f"{what} has expired ({certificate.not_valid_after_utc:%Y-%m-%d}): put a new one")
    return certificate

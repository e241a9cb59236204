"""The signing key of a local stack: a new SM2 key with a certificate that it has made for itself."""

import base64
from datetime import UTC, datetime, timedelta

from tongsuopy.crypto import serialization
from tongsuopy.crypto.asymciphers import ec

from events.ceb.signature import SignatureProfile, certificate, sm2

_CLOCK_SKEW = timedelta(days=1)
_LIFE = timedelta(days=3650)
_LINE = 64


def new_signing_secret(name: str) -> dict[str, str]:
    """A key in the form of the signing secret: `key_pem` (PKCS8, no password), `certificate_pem`, `profile`."""
    form, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made = ec.generate_private_key(ec.SM2())
    key_pem: bytes = made.private_bytes(serialization.Encoding.PEM, form, no_password)
    key = sm2.load_private_key(key_pem)
    now = datetime.now(UTC)
    own = certificate.self_signed(name, key.public_key, now - _CLOCK_SKEW, now + _LIFE, key.sign_der)
    return {
        "key_pem": key_pem.decode(),
        "certificate_pem": _pem(own),
        "profile": SignatureProfile.SM2_SM3.value,
    }


def _pem(certificate_der: bytes) -> str:
    text = base64.b64encode(certificate_der).decode()
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])

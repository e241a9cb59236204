"""Who signed an order to move money: for counterparties, which check it. Pure."""

import base64
import binascii
from collections.abc import Mapping

from events.ceb.signature.algorithms import signed_by
from events.ceb.signature.certificate import read
from events.ceb.signature.der import DerError
from events.ceb.signature.profile import SignatureProfile
from functions.money.signature import (
    CERTIFICATE_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    covered,
)


def signer_of(headers: Mapping[str, str], body: bytes) -> bytes | None:
    """The certificate (DER) whose key signed this order; None when none did.

    Whether that certificate is the platform's, and whether the timestamp is fresh, is for the caller to decide.
    """
    try:
        profile, _, signature = headers[SIGNATURE_HEADER].partition("=")
        certificate = base64.b64decode(headers[CERTIFICATE_HEADER], validate=True)
        signed = covered(headers[TIMESTAMP_HEADER], headers[KEY_HEADER], body)
        raw = base64.b64decode(signature, validate=True)
        valid = signed_by(SignatureProfile(profile), read(certificate).public_key, signed, raw)
    except (KeyError, ValueError, binascii.Error, DerError):
        return None
    return certificate if valid else None

"""X.509 certificates, read and made by hand: the common libraries refuse keys on the SM2 curve."""

import base64
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from events.ceb.signature import der

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_TIME = re.compile(rb"\d{14}Z")
_COMMON_NAME, _KEY_USAGE, _SM2_WITH_SM3 = "2.5.4.3", "2.5.29.15", "1.2.156.10197.1.501"
_DIGITAL_SIGNATURE_AND_NON_REPUDIATION = b"\x06\xc0"
_TRUE = b"\x01\x01\xff"
_UTC_TIME_PIVOT, _UTC_TIME_END = b"50", 2050
_FIELDS = 6
_KEPT, _USUAL_SIZE = 256, 4096  # a sender signs all its messages with the same certificate, for years


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a check needs of a certificate; `public_key` is the DER of its SubjectPublicKeyInfo."""

    serial: int
    not_before: datetime
    not_after: datetime
    public_key: bytes

    @property
    def number(self) -> str:
        """The certificate number 证书编号: the serial number in hex, whole bytes, as the port's tools show it."""
        digits = f"{self.serial:x}"
        return digits.zfill(len(digits) + len(digits) % 2)


def read(certificate_der: bytes) -> Certificate:
    """A certificate from its DER. Its own signature is not checked. DerError when it is not a certificate."""
    return _known(certificate_der) if len(certificate_der) <= _USUAL_SIZE else _read(certificate_der)


def _read(certificate_der: bytes) -> Certificate:
    fields = der.decode(certificate_der).children(der.SEQUENCE)[:1]
    fields = fields[0].children(der.SEQUENCE) if fields else []
    if fields and fields[0].tag == der.CONTEXT_0:
        del fields[0]
    if len(fields) < _FIELDS:
        raise der.DerError("the certificate lacks fields")
    serial, _, _, validity, _, public_key = fields[:_FIELDS]
    times = [_time(value) for value in validity.children(der.SEQUENCE)]
    if len(times) != 2 or serial.tag != der.INTEGER:  # noqa: PLR2004 - not before, not after
        raise der.DerError("the certificate has no serial number or no validity")
    return Certificate(int.from_bytes(serial.content), times[0], times[1], public_key.encoded)


_known = lru_cache(maxsize=_KEPT)(_read)


def from_pem(pem: bytes) -> bytes:
    """The DER of the first certificate in a PEM text; DerError when there is none."""
    found = _PEM.search(pem)
    if found is None:
        raise der.DerError("there is no PEM certificate")
    try:
        return base64.b64decode(b"".join(found[1].split()), validate=True)
    except ValueError as error:
        raise der.DerError(f"the PEM certificate is not Base64: {error}") from None


def self_signed(
    name: str, public_key: bytes, not_before: datetime, not_after: datetime, sign: Callable[[bytes], bytes]
) -> bytes:
    """The DER of a v3 certificate of an SM2 key for itself; `sign` gives the DER of an SM2 signature."""
    algorithm = der.encode(der.SEQUENCE, der.oid(_SM2_WITH_SM3))
    common_name = der.encode(der.SEQUENCE, der.oid(_COMMON_NAME), der.encode(der.UTF8_STRING, name.encode()))
    party = der.encode(der.SEQUENCE, der.encode(der.SET, common_name))
    usage = der.encode(der.BIT_STRING, _DIGITAL_SIGNATURE_AND_NON_REPUDIATION)
    extension = der.encode(der.SEQUENCE, der.oid(_KEY_USAGE), _TRUE, der.encode(der.OCTET_STRING, usage))
    content = der.encode(
        der.SEQUENCE,
        der.encode(der.CONTEXT_0, der.integer(2)),
        der.integer(secrets.randbits(120) + 1),
        algorithm,
        party,
        der.encode(der.SEQUENCE, _encoded_time(not_before), _encoded_time(not_after)),
        party,
        public_key,
        der.encode(der.CONTEXT_3, der.encode(der.SEQUENCE, extension)),
    )
    return der.encode(der.SEQUENCE, content, algorithm, der.bit_string(sign(content)))


def _time(value: der.Value) -> datetime:
    text = value.content
    if value.tag == der.UTC_TIME:
        text = (b"20" if text[:2] < _UTC_TIME_PIVOT else b"19") + text
    elif value.tag != der.GENERALIZED_TIME:
        raise der.DerError("the validity of the certificate holds no time")
    if not _TIME.fullmatch(text):
        raise der.DerError("the validity of the certificate is not written as YYYYMMDDhhmmssZ")
    try:
        month, day, hour, minute, second = (int(text[start : start + 2]) for start in range(4, 14, 2))
        return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise der.DerError(f"the validity of the certificate is no date: {error}") from None


def _encoded_time(moment: datetime) -> bytes:
    moment = moment.astimezone(UTC)
    if moment.year < _UTC_TIME_END:
        return der.encode(der.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return der.encode(der.GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())

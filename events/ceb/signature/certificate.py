"""X.509 certificates, read and made by hand: the common libraries refuse keys on the SM2 curve."""

import base64
import hashlib
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
_PARTS, _FIELDS = 3, 6
_SUBJECT_KEY, _ISSUER_KEY, _KEY_IDENTIFIER = der.oid("2.5.29.14"), der.oid("2.5.29.35"), 0x80
_KEPT, _USUAL_SIZE = 256, 4096  # a sender signs all its messages with the same certificate, for years


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a check needs of a certificate; `public_key` is the DER of its SubjectPublicKeyInfo.

    `is_own`: it was issued by its own key, which can be checked; others need the certificate of their issuer.
    `content` and `signature` are what was signed and its signature as certificates carry it.
    """

    serial: int
    not_before: datetime
    not_after: datetime
    public_key: bytes
    is_own: bool
    content: bytes
    signature: bytes

    @property
    def number(self) -> str:
        """The certificate number 证书编号: the serial number in hex, whole bytes, as the port's tools show it."""
        digits = f"{self.serial:x}"
        return digits.zfill(len(digits) + len(digits) % 2)


def read(certificate_der: bytes) -> Certificate:
    """A certificate from its DER; DerError when it is none. Whether its signature holds, `algorithms` says."""
    return _known(certificate_der) if len(certificate_der) <= _USUAL_SIZE else _read(certificate_der)


def _read(certificate_der: bytes) -> Certificate:
    parts = der.decode(certificate_der).children(der.SEQUENCE)
    if len(parts) != _PARTS or parts[2].tag != der.BIT_STRING or not parts[2].content.startswith(b"\0"):
        raise der.DerError("the certificate is not content, algorithm and signature")
    content, algorithm, signature = parts
    fields = content.children(der.SEQUENCE)
    if fields and fields[0].tag == der.CONTEXT_0:
        del fields[0]
    if len(fields) < _FIELDS:
        raise der.DerError("the certificate lacks fields")
    serial, named, issuer, validity, subject, public_key = fields[:_FIELDS]
    times = [_time(value) for value in validity.children(der.SEQUENCE)]
    if len(times) != 2 or serial.tag != der.INTEGER:  # noqa: PLR2004 - not before, not after
        raise der.DerError("the certificate has no serial number or no validity")
    if named.encoded != algorithm.encoded:
        raise der.DerError("the certificate names two algorithms for its one signature")
    return Certificate(
        serial=int.from_bytes(serial.content),
        not_before=times[0],
        not_after=times[1],
        public_key=public_key.encoded,
        is_own=issuer.encoded == subject.encoded or _keys_agree(fields[_FIELDS:]),
        content=content.encoded,
        signature=signature.content[1:],
    )


def _keys_agree(rest: list[der.Value]) -> bool:
    """Whether the extensions name one key as the issuer's and the subject's."""
    found: dict[bytes, bytes] = {}
    for extensions in (value.children(der.CONTEXT_3) for value in rest if value.tag == der.CONTEXT_3):
        for extension in (one for listed in extensions for one in listed.children(der.SEQUENCE)):
            parts = extension.children(der.SEQUENCE)
            found[parts[0].encoded] = parts[-1].content
    subject, issuer = found.get(_SUBJECT_KEY), found.get(_ISSUER_KEY)
    if subject is None or issuer is None:
        return False
    named = [value.content for value in der.decode(issuer).children(der.SEQUENCE) if value.tag == _KEY_IDENTIFIER]
    return named == [der.decode(subject).content]


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
    key = hashlib.sha1(public_key, usedforsecurity=False).digest()  # a name for the key, not a proof
    subject = der.encode(der.OCTET_STRING, der.encode(der.OCTET_STRING, key))
    issuer = der.encode(der.OCTET_STRING, der.encode(der.SEQUENCE, der.encode(_KEY_IDENTIFIER, key)))
    extensions = (
        der.encode(der.SEQUENCE, der.oid(_KEY_USAGE), _TRUE, der.encode(der.OCTET_STRING, usage)),
        der.encode(der.SEQUENCE, _SUBJECT_KEY, subject),
        der.encode(der.SEQUENCE, _ISSUER_KEY, issuer),
    )
    content = der.encode(
        der.SEQUENCE,
        der.encode(der.CONTEXT_0, der.integer(2)),
        der.integer(secrets.randbits(120) + 1),
        algorithm,
        party,
        der.encode(der.SEQUENCE, _encoded_time(not_before), _encoded_time(not_after)),
        party,
        public_key,
        der.encode(der.CONTEXT_3, der.encode(der.SEQUENCE, *extensions)),
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

"""Which code computes a profile; the cryptographic libraries load when a message first needs them."""

import hashlib
from functools import lru_cache
from typing import Protocol

from events.ceb.signature import certificate
from events.ceb.signature.profile import SignatureProfile

_KEPT, _USUAL_SIZE = 256, 4096  # a sender signs all its messages with the same certificate, for years


class PrivateKey(Protocol):
    """A key that signs."""

    def sign(self, data: bytes) -> bytes:
        """The raw signature of `data`."""


class _Algorithm(Protocol):
    def load_private_key(self, pem: bytes) -> PrivateKey: ...

    def verify(self, public_key: bytes, data: bytes, signature: bytes) -> bool: ...


def _algorithm(profile: SignatureProfile) -> _Algorithm:
    if profile is SignatureProfile.RSA_SHA1:
        from events.ceb.signature import rsa  # noqa: PLC0415 - loads cryptography

        return rsa
    from events.ceb.signature import sm2  # noqa: PLC0415 - loads Tongsuo

    return sm2


def load_private_key(profile: SignatureProfile, pem: bytes) -> PrivateKey:
    """The private key in a PEM text; SignatureError when it does not fit the profile."""
    return _algorithm(profile).load_private_key(pem)


def signed_by(profile: SignatureProfile, public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the key (DER of its SubjectPublicKeyInfo) made the raw `signature` of `data`."""
    return _algorithm(profile).verify(public_key, data, signature)


def digest(profile: SignatureProfile, data: bytes) -> bytes:
    """The digest that the profile's DigestMethod names."""
    if profile is SignatureProfile.SM2_SM3:
        from events.ceb.signature.sm2 import sm3  # noqa: PLC0415 - loads Tongsuo

        return sm3(data)
    return hashlib.sha1(data, usedforsecurity=False).digest()


def certificate_holds(profile: SignatureProfile, certificate_der: bytes) -> bool:
    """Whether a certificate is as its issuer made it, as far as it tells: one that others issued is taken as it is."""
    return _known(profile, certificate_der) if len(certificate_der) <= _USUAL_SIZE else _holds(profile, certificate_der)


def _holds(profile: SignatureProfile, certificate_der: bytes) -> bool:
    holder = certificate.read(certificate_der)
    if not holder.is_own:
        return True
    if profile is SignatureProfile.RSA_SHA1:
        from events.ceb.signature import rsa  # noqa: PLC0415 - loads cryptography

        return rsa.is_signed_by_itself(certificate_der)
    from events.ceb.signature import sm2  # noqa: PLC0415 - loads Tongsuo

    return sm2.verify_der(holder.public_key, holder.content, holder.signature)


_known = lru_cache(maxsize=_KEPT)(_holds)

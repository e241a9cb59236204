"""Which code computes a profile; the cryptographic libraries load when a message first needs them."""

import hashlib
from typing import Protocol

from events.ceb.signature.profile import SignatureProfile


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

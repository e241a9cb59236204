"""SM2 with SM3 (GM/T 0009: user id 1234567812345678, raw r and s) and the SM3 digest, by Tongsuo."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tongsuopy.crypto import hashes, serialization
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

from events.ceb.signature import der
from events.ceb.signature.profile import SignatureError

_NUMBER = 32
_KEPT, _USUAL_SIZE = 256, 128  # a sender signs all its messages with the same key; that of SM2 has 91 bytes
_SM2_WITH_SM3 = ec.ECDSA(hashes.SM3())


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An SM2 key in memory."""

    _key: Any

    @classmethod
    def generate(cls) -> "PrivateKey":
        """A new key."""
        return cls(ec.generate_private_key(ec.SM2()))

    @property
    def public_key(self) -> bytes:
        """The DER of the SubjectPublicKeyInfo."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(self._key.public_key().public_bytes(encoding, form))

    def sign_der(self, data: bytes) -> bytes:
        """A signature as certificates carry it: the DER of r and s."""
        return bytes(self._key.sign(data, _SM2_WITH_SM3))

    def sign(self, data: bytes) -> bytes:
        """A signature as customs messages carry it: r and s, 32 bytes each."""
        numbers = der.decode(self.sign_der(data)).children(der.SEQUENCE)
        return b"".join(int.from_bytes(number.content).to_bytes(_NUMBER) for number in numbers)


def load_private_key(pem: bytes) -> PrivateKey:
    """A key from its PEM without password; SignatureError when it is not an SM2 key."""
    try:
        return PrivateKey(serialization.load_pem_private_key(pem, None))
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        raise SignatureError("this is not the PEM of an SM2 key without password: give one") from None


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the key (DER of its SubjectPublicKeyInfo) signed `data`; never, when it is not an SM2 key."""
    if len(signature) != 2 * _NUMBER:
        return False
    r, s = int.from_bytes(signature[:_NUMBER]), int.from_bytes(signature[_NUMBER:])
    return verify_der(public_key, data, der.encode(der.SEQUENCE, der.integer(r), der.integer(s)))


def verify_der(public_key: bytes, data: bytes, signature_der: bytes) -> bool:
    """The same with a signature as certificates carry it."""
    try:
        _public_key(public_key).verify(signature_der, data, _SM2_WITH_SM3)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm, InternalError):
        return False
    return True


def _public_key(der_of_key: bytes) -> Any:
    return _known(der_of_key) if len(der_of_key) <= _USUAL_SIZE else _load(der_of_key)


def _load(der_of_key: bytes) -> Any:
    return serialization.load_der_public_key(der_of_key)


_known = lru_cache(maxsize=_KEPT)(_load)


def sm3(data: bytes) -> bytes:
    """The SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return bytes(digest.finalize())

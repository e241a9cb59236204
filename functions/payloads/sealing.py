"""Bytes sealed with a payload key: nobody without it reads them, and nobody changes them unseen."""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from functions.payloads.models import BrokenSealError, Cipher, PayloadKey

_SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 24, 12, 16
_PURPOSE = b"sandan payload 1"


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


def seal(key: PayloadKey, data: bytes, associated: bytes) -> bytes:
    """The salt, then the encrypted data with the tag; `associated` is authenticated and not contained.

    Each call has a key and a nonce of its own, derived from a random salt (HKDF, RFC 5869), so no count of payloads
    wears a key out: random nonces under one key would be good for 2^32 of them (NIST SP 800-38D, 8.3).
    """
    salt = os.urandom(_SALT_BYTES)
    aead, nonce = _derived(key, salt)
    return salt + aead.encrypt(nonce, data, associated)


def unseal(key: PayloadKey, sealed: bytes, associated: bytes) -> bytes:
    """What `seal` was given. Raises BrokenSealError."""
    if len(sealed) < _SALT_BYTES + _TAG_BYTES:
        raise BrokenSealError("too short to be sealed")
    aead, nonce = _derived(key, sealed[:_SALT_BYTES])
    try:
        return aead.decrypt(nonce, sealed[_SALT_BYTES:], associated)
    except InvalidTag:
        raise BrokenSealError("changed since it was sealed, or sealed with another key") from None


def _derived(key: PayloadKey, salt: bytes) -> tuple[_Aead, bytes]:
    length = key.cipher.key_bytes
    hashing: HashAlgorithm = SHA256() if key.cipher is Cipher.AES_256_GCM else SM3()
    made = HKDF(hashing, length + _NONCE_BYTES, salt, _PURPOSE).derive(key.key)
    own = made[:length]
    return (AESGCM(own) if key.cipher is Cipher.AES_256_GCM else _Sm4Gcm(own)), made[length:]


class _Sm4Gcm:
    """SM4-GCM in the form of the library's AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        encryptor = BlockCipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        tag = data[-_TAG_BYTES:]
        decryptor = BlockCipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-_TAG_BYTES]) + decryptor.finalize()

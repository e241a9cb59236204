"""The keys of the payloads as the secret `sandan/payload-keys` holds them."""

import base64
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Base64Bytes, Field, field_serializer, model_validator

from events.values import Value


class Cipher(StrEnum):
    """Authenticated encryption: AES-256 by NIST SP 800-38D, SM4 by GB/T 32907 in the same mode."""

    AES_256_GCM = "AES-256-GCM"
    SM4_GCM = "SM4-GCM"

    @property
    def key_bytes(self) -> int:
        """The length of its keys."""
        return 32 if self is Cipher.AES_256_GCM else 16


class BrokenSealError(Exception):
    """The bytes are not what was sealed with this key under these associated bytes."""


def new_key_id(at: datetime, taken: Collection[str] = ()) -> str:
    """An id for a key that is made at that moment (UTC, to the second): one that no key has, or had.

    A number that is counted would come again once its key was removed, and what that one had sealed would be tried
    with the new one. Short, because it stands with every payload.
    """
    while (made := f"{at.astimezone(UTC):%y%m%d-%H%M%S}") in taken:
        at += timedelta(seconds=1)
    return made


class PayloadKey(Value):
    """A key and what it encrypts with. `key` is Base64 in JSON."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    cipher: Cipher
    key: Annotated[Base64Bytes, Field(repr=False)]

    @model_validator(mode="after")
    def _has_the_length_of_its_cipher(self) -> Self:
        if len(self.key) != self.cipher.key_bytes:
            raise ValueError(f"a key of {self.cipher} has {self.cipher.key_bytes} bytes, {self.id} has {len(self.key)}")
        return self

    @field_serializer("key", when_used="json")
    def _as_base64(self, key: bytes) -> str:
        return base64.b64encode(key).decode()

    @classmethod
    def new(cls, key_id: str, cipher: Cipher) -> "PayloadKey":
        """A random key."""
        return cls(id=key_id, cipher=cipher, key=base64.b64encode(secrets.token_bytes(cipher.key_bytes)))


class PayloadKeys(Value):
    """Every key that can read, and the id of the one that writes."""

    write: str
    keys: tuple[PayloadKey, ...]

    @model_validator(mode="after")
    def _writes_with_one_of_its_keys(self) -> Self:
        ids = [key.id for key in self.keys]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two keys have the same id: {', '.join(ids)}")
        if self.write not in ids:
            raise ValueError(f"the key that writes, {self.write}, is not among the keys {', '.join(ids)}")
        return self

    def find(self, key_id: str) -> PayloadKey | None:
        """The key of that id."""
        return next((key for key in self.keys if key.id == key_id), None)

    @property
    def writing(self) -> PayloadKey:
        """The key that writes."""
        return next(key for key in self.keys if key.id == self.write)

"""Data of an order at rest: sealed with its key, and commitments that tell nothing once the key is gone."""

import base64
import hashlib
import hmac
import zlib
from functools import cached_property
from typing import Annotated

from pydantic import Base64Bytes, Field, field_serializer

from events.values import OrderKey, Value
from functions.data_keys.keys import own_data_keys
from functions.payloads.compression import ZLIB, decompressed
from functions.payloads.models import PayloadKey

_COMMITMENTS = b"sandan commitment 1"
_LEVEL = 6


class Sealed(Value):
    """Compressed, then sealed with an order's key, under that key of the secret. `data` is Base64 in JSON."""

    key_id: str
    data: Annotated[Base64Bytes, Field(repr=False)]

    @field_serializer("data", when_used="json")
    def _as_base64(self, data: bytes) -> str:
        return base64.b64encode(data).decode()


class Opener:
    """An order's key at hand. Raises ShreddedError when it was destroyed, PayloadKeyError, NoDataKeyError."""

    def __init__(self, order: OrderKey, key: PayloadKey) -> None:
        self._order = order
        self._key = key

    @classmethod
    def writing(cls, order: OrderKey) -> "Opener":
        """With the key that seals for the order now; the first use makes it."""
        return cls(order, own_data_keys().writing_now(order))

    @classmethod
    def reading(cls, order: OrderKey, key_id: str) -> "Opener":
        """With the key that something of the order was sealed with."""
        return cls(order, own_data_keys().reading_now(order, key_id))

    def seal(self, purpose: str, data: bytes) -> Sealed:
        """Sealed for one purpose: elsewhere it cannot be opened."""
        from functions.payloads.sealing import seal  # noqa: PLC0415 - loads the ciphers: when there is something to seal

        sealed = seal(self._key, zlib.compress(data, _LEVEL), self._associated(purpose))
        return Sealed(key_id=self._key.id, data=base64.b64encode(sealed))

    def open(self, purpose: str, sealed: Sealed) -> bytes:
        """What was sealed. Raises BrokenSealError when it was changed, or sealed for something else."""
        from functions.payloads.sealing import unseal  # noqa: PLC0415 - as in seal

        return decompressed(unseal(self._key, sealed.data, self._associated(purpose)), ZLIB)

    def commitment(self, data: bytes) -> str:
        """HMAC-SHA256 in hexadecimal: as good as a hash while the key is there, a random number without it.

        So whoever knows all but a telephone number cannot try all of them, as he could with a hash alone.
        """
        return hmac.new(self._secret_of_commitments, data, hashlib.sha256).hexdigest()

    @cached_property
    def _secret_of_commitments(self) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as in seal
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - as in seal

        return HKDF(SHA256(), SHA256.digest_size, None, _COMMITMENTS).derive(self._key.key)

    def _associated(self, purpose: str) -> bytes:
        return "\n".join((purpose, self._order.workflow_id, self._key.id)).encode()

"""Keys of orders: derived from a key of the secret and the order's seed, which is kept in a table and destroyable."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

from events.values import OrderKey
from functions.data_keys.models import NoDataKeyError, Seed
from functions.data_keys.store import SeedTable
from functions.latest import Latest
from functions.payloads.keys import KeyRing, own_keys
from functions.payloads.models import Cipher, PayloadKey
from functions.settings import Settings, settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_PURPOSE = b"sandan order 1"
_MOST_KEPT = 20_000


class Seeds(Protocol):
    """Where the seeds of orders are."""

    def find(self, order: OrderKey) -> Seed | None:
        """The seed, None where there never was one. Raises ShreddedError."""

    def make(self, order: OrderKey) -> Seed:
        """The seed, a new one where there was none. Raises ShreddedError."""


@dataclass
class _Kept:
    seed: Seed
    until: float
    derived: dict[str, PayloadKey] = field(default_factory=dict)


class DataKeys:
    """The keys that data are sealed with: an order's own, or that of the secret for what belongs to no order.

    A seed is kept for `fresh_seconds`: for so long a process may still read what was shredded meanwhile. The methods
    that end in `_now` wait in their thread, the others in the event loop. All raise ShreddedError for an order whose
    key was destroyed, PayloadKeyError without the key of the secret; reading raises NoDataKeyError.
    """

    def __init__(self, ring: KeyRing, seeds: Seeds, fresh_seconds: float) -> None:
        self._ring = ring
        self._seeds = seeds
        self._fresh_seconds = fresh_seconds
        self._kept: Latest[OrderKey, _Kept] = Latest(_MOST_KEPT)

    async def writing(self, order: OrderKey | None) -> PayloadKey:
        """The key that seals for an order; its first use makes it."""
        master = await self._ring.writing()
        if order is None:
            return master
        kept = self._held(order)
        if kept is None:
            import asyncio  # noqa: PLC0415 - is there where a loop runs; who waits in threads needs none

            kept = await asyncio.to_thread(self._made, order)
        return _derived(kept, order, master)

    async def reading(self, order: OrderKey | None, key_id: str) -> PayloadKey:
        """The key that a thing of an order was sealed with, under that key of the secret."""
        if order is None:
            return await self._ring.reading(key_id)
        kept = self._held(order)
        if kept is None:
            import asyncio  # noqa: PLC0415 - the same

            kept = await asyncio.to_thread(self._found, order)
        return _derived(kept, order, await self._ring.reading(key_id))

    def writing_now(self, order: OrderKey) -> PayloadKey:
        """As `writing`, for a thread that may wait."""
        return _derived(self._held(order) or self._made(order), order, self._ring.writing_now())

    def reading_now(self, order: OrderKey, key_id: str) -> PayloadKey:
        """As `reading`, for a thread that may wait."""
        return _derived(self._held(order) or self._found(order), order, self._ring.reading_now(key_id))

    def has(self, order: OrderKey) -> bool:
        """Whether the key of an order is at hand, so that `require` would not wait."""
        return self._held(order) is not None

    def require(self, order: OrderKey) -> None:
        """Raises ShreddedError when nothing may be sealed for an order any more; makes its key when it has none."""
        if self._held(order) is None:
            self._made(order)

    def since(self, order: OrderKey) -> datetime | None:
        """When an order's key was made, asked of the table itself; None where it has none. Raises ShreddedError."""
        seed = self._seeds.find(order)
        return seed.made_at if seed else None

    def forget(self, order: OrderKey) -> None:
        """Keep the key of an order in this process no longer."""
        self._kept.forget(order)

    def _held(self, order: OrderKey) -> _Kept | None:
        kept = self._kept.get(order)
        return kept if kept and time.monotonic() < kept.until else None

    def _made(self, order: OrderKey) -> _Kept:
        return self._keep(order, self._seeds.make(order))

    def _found(self, order: OrderKey) -> _Kept:
        seed = self._seeds.find(order)
        if seed is None:
            raise NoDataKeyError(order)
        return self._keep(order, seed)

    def _keep(self, order: OrderKey, seed: Seed) -> _Kept:
        kept = _Kept(seed, time.monotonic() + self._fresh_seconds)
        self._kept.put(order, kept)
        return kept


def _derived(kept: _Kept, order: OrderKey, master: PayloadKey) -> PayloadKey:
    """HKDF (RFC 5869) of both secrets: neither the table nor the secrets store alone has what it takes."""
    made = kept.derived.get(master.id)
    if made is None:
        from cryptography.hazmat.primitives.hashes import SHA256, SM3  # noqa: PLC0415 - ciphers: when there is a key
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - the same

        length = master.cipher.key_bytes
        hashing: HashAlgorithm = SHA256() if master.cipher is Cipher.AES_256_GCM else SM3()
        purpose = b"\n".join((_PURPOSE, order.workflow_id.encode()))
        own = HKDF(hashing, length, kept.seed.secret, purpose).derive(master.key)
        made = PayloadKey(id=master.id, cipher=master.cipher, key=base64.b64encode(own))
        kept.derived[master.id] = made
    return made


def data_keys_of(ring: KeyRing, client: "Callable[[], DynamoDBClient]", named: Settings) -> DataKeys:
    """The keys of the orders in the table that the settings name."""
    return DataKeys(ring, SeedTable(client, named.data_keys_table), named.data_keys_seconds)


@cache
def own_data_keys() -> DataKeys:
    """The keys that the settings of this process name."""
    return data_keys_of(own_keys(), _dynamodb, settings())


def orders_before(moment: datetime) -> Iterator[OrderKey]:
    """The orders whose keys were made before a moment and are still there: reads the whole table."""
    return SeedTable(_dynamodb, settings().data_keys_table).made_before(moment)


def destruction(order: OrderKey, at: datetime) -> "TransactWriteItemTypeDef":
    """The part of a transaction that destroys an order's key for good; it fails where there is none (any more)."""
    return SeedTable(_dynamodb, settings().data_keys_table).destruction(order, at)


def _dynamodb() -> "DynamoDBClient":
    from functions.aws import dynamodb  # noqa: PLC0415 - loads boto3, which whoever has no order at hand need not

    return dynamodb()

"""Payload keys for tests: the same in every process, of nobody."""

import base64
from datetime import UTC, datetime

from events.values import OrderKey
from functions.data_keys.keys import DataKeys
from functions.data_keys.models import Seed, ShreddedError
from functions.payloads.keys import KeyRing
from functions.payloads.models import Cipher, PayloadKey, PayloadKeys


def key_of(key_id: str, cipher: Cipher = Cipher.AES_256_GCM) -> PayloadKey:
    """A key that its id makes."""
    material = (key_id.encode() * 32)[: cipher.key_bytes]
    return PayloadKey(id=key_id, cipher=cipher, key=base64.b64encode(material))


TEST_KEYS = PayloadKeys(write="test", keys=(key_of("test"),))


def fixed_ring() -> KeyRing:
    """A ring with the one key."""
    return KeyRing(lambda: TEST_KEYS, 3600)


class MemorySeeds:
    """Seeds of orders in the memory, where no table is; the same in every process, as the keys are."""

    def __init__(self) -> None:
        self.seeds: dict[OrderKey, Seed] = {}
        self.shredded: set[OrderKey] = set()
        self.requests = 0

    def find(self, order: OrderKey) -> Seed | None:
        """The seed of an order that has one."""
        self.requests += 1
        if order in self.shredded:
            raise ShreddedError(order, _SINCE)
        return self.seeds.get(order)

    def make(self, order: OrderKey) -> Seed:
        """The seed of an order."""
        self.find(order)
        return self.seeds.setdefault(order, Seed(order.workflow_id.encode().ljust(32, b".")[:32], _SINCE))


_SHARED = MemorySeeds()
_SINCE = datetime(2026, 1, 5, tzinfo=UTC)


def fixed_keys(ring: KeyRing | None = None, seeds: MemorySeeds | None = None) -> DataKeys:
    """Keys of orders, with seeds in the memory, which all who say nothing else share."""
    return DataKeys(ring or fixed_ring(), seeds or _SHARED, 3600)

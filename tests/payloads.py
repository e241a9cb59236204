"""Payload keys for tests: the same in every process, of nobody."""

import base64

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

"""Seals: each cipher reads what it wrote, agrees with another implementation, and notices every change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tongsuopy.crypto.ciphers import Cipher as TongsuoCipher
from tongsuopy.crypto.ciphers import algorithms, modes

from functions.payloads.models import BrokenSealError, Cipher
from functions.payloads.sealing import _Sm4Gcm, seal, unseal
from tests.payloads import key_of

CIPHERS = list(Cipher)


@pytest.mark.parametrize("cipher", CIPHERS)
@given(data=st.binary(max_size=2000), associated=st.binary(max_size=100))
def test_what_was_sealed_is_read(cipher: Cipher, data: bytes, associated: bytes) -> None:
    key = key_of("one", cipher)
    sealed = seal(key, data, associated)
    assert unseal(key, sealed, associated) == data
    assert len(data) < 16 or data not in sealed


@pytest.mark.parametrize("cipher", CIPHERS)
@given(data=st.binary(min_size=1, max_size=60), where=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(cipher: Cipher, data: bytes, where: int, bit: int) -> None:
    key = key_of("one", cipher)
    sealed = bytearray(seal(key, data, b"order"))
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(BrokenSealError):
        unseal(key, bytes(sealed), b"order")


@pytest.mark.parametrize("cipher", CIPHERS)
def test_another_key_another_association_and_a_stump_are_refused(cipher: Cipher) -> None:
    key = key_of("one", cipher)
    sealed = seal(key, b"content", b"order 1")
    for wrong in (
        (key_of("two", cipher), sealed, b"order 1"),
        (key, sealed, b"order 2"),
        (key, sealed[:30], b"order 1"),
    ):
        with pytest.raises(BrokenSealError):
            unseal(*wrong)


def test_the_same_content_never_looks_the_same() -> None:
    key = key_of("one")
    assert len({seal(key, b"content", b"") for _ in range(200)}) == 200


def test_sm4_agrees_with_another_implementation() -> None:
    """Given the key and nonce that a salt gives, Tongsuo encrypts the same."""
    key, nonce = b"0123456789abcdef", b"twelve bytes"
    encryptor = TongsuoCipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(b"associated")
    theirs = encryptor.update(b"content") + encryptor.finalize() + encryptor.tag
    assert _Sm4Gcm(key).encrypt(nonce, b"content", b"associated") == theirs


def test_the_form_of_a_seal_stays() -> None:
    """Histories live for years: what this version wrote, every later one must read (salt 24 bytes, HKDF-SHA256)."""
    kept = bytes.fromhex(
        "6ca4d8cfb65f28db348345c0b137131c4bb5088fad75a244833ffa51812735caed8231df0b4336b56546502ef2511897e0933493f2e3b6bf453082897ad96ef421849357"
    )
    assert unseal(key_of("kept"), kept, b"import/1/2") == b"content that was sealed once"

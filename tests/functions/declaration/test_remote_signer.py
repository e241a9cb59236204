"""Signing devices over HTTP: what they sign verifies, and they are asked no faster than they can sign."""

import base64
import json
import threading
from collections.abc import Callable

import httpx
import pytest

from events.ceb.signature import SignatureError, SoftwareSigner, sign, verify
from events.ceb.writing import build
from functions.declaration.remote_signer import RemoteSigner, SignerBusyError, SignerUnavailableError
from tests import builders

KEY = SoftwareSigner.throwaway("a device")


class Clock:
    """A time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def device(request: httpx.Request) -> httpx.Response:
    """A device that signs."""
    data = base64.b64decode(json.loads(request.content)["data"])
    return httpx.Response(200, json={"signature": base64.b64encode(KEY.sign(data)).decode()})


def signer(
    answer: Callable[[httpx.Request], httpx.Response] = device,
    *,
    devices: int = 1,
    per_minute: int = 250,
    waiting: int = 100,
    patience: float = 10.0,
) -> tuple[RemoteSigner, Clock]:
    clock = Clock()
    made = RemoteSigner(
        profile=KEY.profile,
        key_name=KEY.key_name,
        certificate_der=KEY.certificate_der,
        urls=[f"http://device-{number}/sign" for number in range(devices)],
        per_minute=per_minute,
        waiting=waiting,
        patience=patience,
        client=httpx.Client(transport=httpx.MockTransport(answer)),
        clock=clock.time,
        sleep=clock.sleep,
    )
    return made, clock


def test_a_message_signed_by_a_device_verifies() -> None:
    remote, _ = signer()
    signed = sign(build(builders.message(builders.declaration_list())), remote)
    assert verify(signed).status == "valid"


def test_a_ukey_is_asked_250_times_a_minute_at_the_most() -> None:
    # Rulebook 2.9
    remote, clock = signer()
    for _ in range(251):
        remote.sign(b"data")
    assert clock.now == pytest.approx(60.0)


def test_a_pool_is_as_much_faster_as_it_has_devices() -> None:
    remote, clock = signer(devices=4)
    for _ in range(1001):
        remote.sign(b"data")
    assert clock.now == pytest.approx(60.0)


def test_who_would_wait_too_long_is_told_at_once() -> None:
    remote, clock = signer(per_minute=1)
    remote.sign(b"data")
    with pytest.raises(SignerBusyError):
        remote.sign(b"data")
    assert clock.now == 0.0
    # and the device is there again when its minute is over
    clock.now = 60.0
    remote.sign(b"data")


def test_a_flood_is_held_back() -> None:
    # Given a device that hangs, one who has it and one who waits
    release, asked = threading.Event(), threading.Event()

    def hang(request: httpx.Request) -> httpx.Response:
        asked.set()
        release.wait(5)
        return device(request)

    remote, _ = signer(hang, waiting=1, per_minute=10_000)
    threads = [threading.Thread(target=remote.sign, args=(b"data",)) for _ in range(2)]
    threads[0].start()
    asked.wait(5)
    threads[1].start()
    while remote._places._value:
        threading.Event().wait(0.01)
    # Then the third is refused, not queued
    with pytest.raises(SignerBusyError):
        remote.sign(b"data")
    release.set()
    for thread in threads:
        thread.join(5)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_device_that_cannot_now_is_to_be_asked_again(status: int) -> None:
    remote, _ = signer(lambda _: httpx.Response(status))
    with pytest.raises(SignerUnavailableError):
        remote.sign(b"data")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"nonsense",
        b'{"signature": "***"}',
        b"[]",
        b"[" * 100_000,
        b'{"signature": ""}',
        b'{"signature": "AA=="}',
    ],
    ids=range(7),
)
def test_an_answer_that_is_no_signature_is_an_error(body: bytes) -> None:
    remote, _ = signer(lambda _: httpx.Response(200, content=body))
    with pytest.raises(SignatureError):
        remote.sign(b"data")


def test_an_answer_that_cannot_be_unpacked_is_to_be_asked_for_again() -> None:
    remote, _ = signer(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"no gzip"))
    with pytest.raises(SignerUnavailableError):
        remote.sign(b"data")


def test_a_device_with_another_key_is_found_out_before_customs_does() -> None:
    # Given a pool in which one device holds the key of another certificate
    other = SoftwareSigner.throwaway("another")

    def stranger(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"signature": base64.b64encode(other.sign(b"data")).decode()})

    remote, _ = signer(stranger)
    with pytest.raises(SignatureError, match="http://device-0/sign signs is not by the certificate's key"):
        remote.sign(b"data")


def test_a_signer_without_devices_is_refused() -> None:
    with pytest.raises(SignatureError):
        signer(devices=0)

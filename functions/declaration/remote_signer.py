"""Signing on devices over HTTP: a pool of UKeys or a server crypto device, each no faster than it can be."""

import base64
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from events.ceb.signature import SignatureError, SignatureProfile
from events.ceb.signature.algorithms import signed_by
from events.ceb.signature.certificate import read
from functions.declaration.signing import UKEY_PER_MINUTE

_MINUTE_SECONDS = 60.0
_TIMEOUT_SECONDS = 5.0


class SignerBusyError(RuntimeError):
    """Too many wait for the devices already, or none was free in time: try again later."""


class SignerUnavailableError(RuntimeError):
    """The device did not sign now: no connection, a time-out, 429 or 5xx."""


@dataclass
class _Device:
    """One device and the moment from which it may sign again."""

    url: str
    free_at: float = 0.0


@dataclass
class RemoteSigner:
    """A Signer whose key is in devices that hold the same certificate.

    POST {url} with JSON `{"profile", "data"}` (Base64) answers `{"signature"}` (Base64, raw as Signer.sign says).
    Each device signs `per_minute` times a minute at the most, one at a time. Of those that want a signature at most
    `waiting` wait, for `patience` seconds; the others, and those whose patience ends, get SignerBusyError at once,
    which is what holds a flood back. What a device signs is checked before it goes out.
    """

    profile: SignatureProfile
    key_name: str
    certificate_der: bytes
    urls: Sequence[str]
    per_minute: int = UKEY_PER_MINUTE
    waiting: int = 100
    patience: float = 10.0
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False))
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        if not self.urls or self.per_minute < 1:
            raise SignatureError("a remote signer needs at least one device, and a rate of at least one a minute")
        self._public_key = read(self.certificate_der).public_key
        self._places = threading.BoundedSemaphore(self.waiting + len(self.urls))
        self._free: queue.PriorityQueue[tuple[float, int]] = queue.PriorityQueue()
        self._devices = [_Device(url) for url in self.urls]
        for number in range(len(self._devices)):
            self._free.put((0.0, number))

    def sign(self, data: bytes) -> bytes:
        """The raw signature. Raises SignerBusyError, SignerUnavailableError, SignatureError for a wrong answer."""
        if not self._places.acquire(blocking=False):
            raise SignerBusyError(f"{self.waiting} already wait for {len(self._devices)} signing devices")
        try:
            with self._device() as device:
                return self._ask(device, data)
        finally:
            self._places.release()

    @contextmanager
    def _device(self) -> Iterator[_Device]:
        """The device that is free first, when its time has come."""
        began = self.clock()
        try:
            _, number = self._free.get(timeout=self.patience)
        except queue.Empty:
            raise SignerBusyError(f"no signing device was free within {self.patience} s") from None
        device = self._devices[number]
        try:
            pause = device.free_at - self.clock()
            if self.clock() - began + max(pause, 0.0) > self.patience:
                raise SignerBusyError(f"no signing device may sign within {self.patience} s")
            if pause > 0:
                self.sleep(pause)
            device.free_at = self.clock() + _MINUTE_SECONDS / self.per_minute
            yield device
        finally:
            self._free.put((device.free_at, number))

    def _ask(self, device: _Device, data: bytes) -> bytes:
        asked = {"profile": self.profile.value, "data": base64.b64encode(data).decode()}
        try:
            answer = self.client.post(device.url, json=asked)
        except httpx.RequestError as error:
            raise SignerUnavailableError(f"signing device: {type(error).__name__}") from error
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise SignerUnavailableError(f"signing device answered {answer.status_code}")
        try:
            signature = base64.b64decode(answer.raise_for_status().json()["signature"], validate=True)
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise SignatureError(f"signing device: not a signature ({type(error).__name__})") from None
        if not signed_by(self.profile, self._public_key, data, signature):
            words = "give it the key of the certificate in the signing secret, and the profile of that key"
            raise SignatureError(f"signing device: what {device.url} signs is not by the certificate's key: {words}")
        return signature

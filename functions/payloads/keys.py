"""The payload keys of this process: read from the secrets store when first needed, then kept and kept fresh."""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache

from pydantic import ValidationError

from functions.payloads.models import PayloadKey, PayloadKeys
from functions.settings import settings

logger = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0  # between two readings for a key that is unknown
STALE = 2
_MISSING_SECONDS = 10.0  # for so long a key that was not there is not asked for again


class PayloadKeyError(Exception):
    """A payload cannot be written or read for want of its key. A repetition helps once the key is there."""


class KeyRing:
    """Keys read by `read` and read again after `fresh_seconds`, beside the work, or when a key is unknown.

    Who has not asked for `STALE` times as long waits for the reading: an idle process would write its next payload
    under a key that was the current one whenever it last had work, and that may be removed since. A store that fails
    stops nobody who has keys already: they stay in use, and the log says so.
    """

    def __init__(self, read: Callable[[], PayloadKeys], fresh_seconds: float) -> None:
        self._read = read
        self._fresh_seconds = fresh_seconds
        self._reading = threading.Lock()
        self._keys: PayloadKeys | None = None
        self._read_at = float("-inf")
        self._missing: set[str] = set()

    async def writing(self) -> PayloadKey:
        """The key that writes. Raises PayloadKeyError when the store has never been reached."""
        return (await self._current()).writing

    async def reading(self, key_id: str) -> PayloadKey:
        """The key of that id. Raises PayloadKeyError when the store does not have it."""
        found = (await self._current()).find(key_id)
        if not found and not (key_id in self._missing and self._age() < _MISSING_SECONDS):
            import asyncio  # noqa: PLC0415 - is there where a loop runs; who waits in threads needs none

            await asyncio.sleep(max(0.0, _PAUSE_SECONDS - self._age()))
            await asyncio.to_thread(self._refresh, time.monotonic())
            found = (await self._current()).find(key_id)
        if not found:
            self._missing.add(key_id)
            raise _missing(key_id)
        return found

    def writing_now(self) -> PayloadKey:
        """As `writing`, for a thread that may wait."""
        return self._current_now().writing

    def reading_now(self, key_id: str) -> PayloadKey:
        """As `reading`, for a thread that may wait."""
        found = self._current_now().find(key_id)
        if not found:
            time.sleep(max(0.0, _PAUSE_SECONDS - self._age()))
            self._refresh(time.monotonic())
            found = self._current_now().find(key_id)
        if not found:
            raise _missing(key_id)
        return found

    def _current_now(self) -> PayloadKeys:
        if self._keys is None or self._age() > self._fresh_seconds:
            self._refresh(time.monotonic())
        return self._at_hand()

    def _at_hand(self) -> PayloadKeys:
        if self._keys is None:
            raise PayloadKeyError("the payload keys cannot be read from the secrets store")
        return self._keys

    async def _current(self) -> PayloadKeys:
        import asyncio  # noqa: PLC0415 - as in reading

        if self._keys is None or self._age() > STALE * self._fresh_seconds:
            await asyncio.to_thread(self._refresh, time.monotonic())
        elif self._age() > self._fresh_seconds and not self._reading.locked():
            asyncio.get_running_loop().run_in_executor(None, self._refresh, time.monotonic())
        return self._at_hand()

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _refresh(self, asked: float) -> None:
        """Read, by one thread at a time; those who asked before it had read take what it has."""
        with self._reading:
            if self._read_at >= asked:
                return
            try:
                self._keys = self._read()
            except Exception as error:  # noqa: BLE001 - whatever it is, the keys at hand go on; the next payload asks again
                logger.warning("payload keys not read: %s", type(error).__name__)
            self._read_at = time.monotonic()
            self._missing.clear()


def _missing(key_id: str) -> PayloadKeyError:
    return PayloadKeyError(f"the payload key {key_id} is not in the secrets store: put it back, or it is lost")


def read_keys(secret: str) -> PayloadKeys:
    """The keys out of the secret's text. Raises ValueError that does not show them."""
    try:
        return PayloadKeys.model_validate_json(secret)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
        raise ValueError(f"the secret of the payload keys is not right: {told}") from None


@cache
def own_keys() -> KeyRing:
    """The keys that the settings of this process name."""

    def read() -> PayloadKeys:
        from functions.aws import secretsmanager  # noqa: PLC0415 - loads boto3, which whoever has keys need not

        secret = secretsmanager().get_secret_value(SecretId=settings().payload_keys_secret)["SecretString"]
        return read_keys(secret)

    return KeyRing(read, settings().payload_keys_seconds)

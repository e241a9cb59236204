"""Replies of customs out of a transport's inbox and in at the gateway's door; what nobody can take is put aside."""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from events.ceb.node import Reply, ReplyKind, classify_reply
from events.ceb.receipt_codes import classify
from events.problems import InvalidInputError
from events.values import utc_now
from functions.gateway.signing import headers_for
from functions.transport import Received, Transport, TransportUnavailableError
from functions.transport.files import faults_told, write

LOG = logging.getLogger("sandan.receive")
_TIMEOUT_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 30.0
_SLICE_SECONDS = 0.1
_WORDS = 10_000
_FOR_GOOD = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


class DoorClosedError(RuntimeError):
    """The gateway takes nothing now, or nothing from us: no connection, wrong key or role, 429, 5xx."""


class DoorFailedError(RuntimeError):
    """The gateway failed at this one message (500); it may take others."""


class Door:
    """The gateway, as the partner whose `key` it is: the one that customs would be if it posted its replies itself."""

    def __init__(self, url: str, partner: str, key: bytes, transport: httpx.BaseTransport | None = None) -> None:
        self._partner, self._key = partner, key
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS, transport=transport, trust_env=False)

    def hand_over(self, message: bytes) -> str | None:
        """None when all of the message was taken, else the gateway's words; parts may have been taken then.

        Raises DoorClosedError, DoorFailedError.
        """
        headers = headers_for(self._partner, self._key, message, utc_now()) | {"Content-Type": "application/xml"}
        try:
            answer = self._http.post("/v1/messages", content=message, headers=headers)
        except httpx.RequestError as error:
            raise DoorClosedError(f"the gateway is away ({type(error).__name__})") from error
        if answer.is_success:
            return answer.text[:_WORDS] or None
        if answer.status_code in _FOR_GOOD:
            return answer.text[:_WORDS]
        if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DoorFailedError("the gateway answered 500")
        raise DoorClosedError(f"the gateway answered {answer.status_code} to the partner {self._partner}")

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


@dataclass
class Receiver:
    """Takes replies in, one after the other; each is acknowledged after the door has it, or after it lies in `aside`.

    A process that dies in between takes the reply again: the door knows what it has, and a file put aside twice is one.
    """

    transport: Transport
    door: Door
    aside: Path
    size_limit: int
    is_stopping: Callable[[], bool] = lambda: False

    def run(self, every_seconds: float) -> None:
        """Until it is to stop, with a pause after each round; the pauses grow while nothing goes."""
        pause = every_seconds
        while not self.is_stopping():
            try:
                failed = self.take_in()
            except (TransportUnavailableError, DoorClosedError) as error:
                LOG.warning("%s: trying again", error)
                failed = 1
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS) if failed else every_seconds
            self._sleep(pause)

    def take_in(self) -> int:
        """All that is there now; how many the door failed at, which will come again.

        Raises TransportUnavailableError, DoorClosedError.
        """
        failed = 0
        for received in self.transport.receive():
            try:
                self._take(received)
            except DoorFailedError as error:
                LOG.warning("%s: this reply will come again", error)
                failed += 1
            if self.is_stopping():
                break
        return failed

    def _take(self, received: Received) -> None:
        try:
            reply = classify_reply(received.content, self.size_limit)
        except InvalidInputError as error:
            self._put_aside(received.content, f"cannot be read: {error}", None)
        else:
            words = self._brought(reply)
            if words is not None:
                self._put_aside(received.content, words, reply)
        received.acknowledge()

    def _brought(self, reply: Reply) -> str | None:
        """None when the reply was taken; else why not.

        The exchange platform's own answers concern the way and no document: the door has no place for them.
        """
        if reply.kind is ReplyKind.TRANSPORT_ANSWER:
            LOG.info("%s: the exchange platform took it (%s)", reply.cop_msg_id, ", ".join(reply.codes))
            return None
        if reply.kind is ReplyKind.EXCHANGE_ERROR:
            error = next(answer for answer in reply.answers if answer.kind is reply.kind)
            found = classify("DXP", error.code, error.text)
            return (
                f"the exchange platform did not carry it: {error.code} {error.text} (class {found.receipt_class.value})"
            )
        refused = self.door.hand_over(reply.content)
        if refused is None:
            LOG.info("%s taken%s", reply.root, f" ({', '.join(reply.codes)})" if reply.codes else "")
            return None
        return f"the gateway did not take all of it: {refused}"

    def _put_aside(self, content: bytes, reason: str, reply: Reply | None) -> None:
        name = hashlib.sha256(content).hexdigest()[:32]
        told = {
            "at": utc_now().isoformat(),
            "root": reply.root if reply else None,
            "copMsgId": reply.cop_msg_id if reply else None,
            "codes": reply.codes if reply else [],
            "reason": reason,
        }
        with faults_told():
            self.aside.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(self.aside / f"{name}.reason.json", json.dumps(told, ensure_ascii=False, indent=2).encode())
            write(self.aside / f"{name}.xml", content)
        LOG.warning("put aside: %s, see %s", self.aside / f"{name}.xml", f"{name}.reason.json")

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.is_stopping() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE_SECONDS))

"""The other side of each way of travel: what it got from us, what it gives to us."""

import json
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from functions.transport import Received, Transport
from functions.transport.amqp import AmqpTransport
from functions.transport.directory import DirectoryTransport
from functions.transport.http import HttpTransport

BROKER = "SANDAN_TEST_AMQP_URL"
_PATIENCE_SECONDS = 10.0


def open_transport(kind: str, address: str) -> Transport:
    """Our side; `address` says where the other side is."""
    if kind == "http":
        return HttpTransport(f"{address}/outbox", f"{address}/inbox")
    if kind == "directory":
        return DirectoryTransport(Path(address), settle_seconds=0)
    return AmqpTransport(os.environ[BROKER], outbox=f"{address}-out", inbox=f"{address}-in")


def until(ready: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def arriving(transport: Transport, count: int) -> list[Received]:
    """The envelopes of one `receive` that gives `count`; a broker may need a moment to put something back."""
    found: list[Received] = []

    def complete() -> bool:
        found[:] = transport.receive()
        return len(found) >= count

    until(complete)
    return found


class Exchange(ABC):
    """The other side."""

    kind: str
    address: str

    def open(self) -> Transport:
        """Our side of it."""
        return open_transport(self.kind, self.address)

    @abstractmethod
    def take(self) -> list[bytes]:
        """What came from us since the last time."""

    @abstractmethod
    def give(self, *contents: bytes) -> None:
        """Leave envelopes for us, one after the other."""

    def close(self) -> None:  # noqa: B027 - there may be nothing to clean up
        """Clean up."""


class DirectoryExchange(Exchange):
    """The customs client at the same folders."""

    kind = "directory"

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, str(folder)
        self._given = 0

    def take(self) -> list[bytes]:
        paths = sorted((self.folder / "outbox").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        contents = [path.read_bytes() for path in paths]
        for path in paths:
            assert path.suffix == ".xml", "the client sees finished files only"
            path.unlink()
        return contents

    def give(self, *contents: bytes) -> None:
        inbox = self.folder / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        for content in contents:
            self._given += 1
            path = inbox / f"receipt{self._given}.xml"
            path.write_bytes(content)
            os.utime(path, (self._given, self._given))  # one after the other, whatever the clock's grain


class HttpExchange(Exchange):
    """A server in this process; `stalls` makes it keep what it gets and not answer."""

    kind = "http"

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.waiting: dict[str, bytes] = {}
        self.answer: tuple[int, bytes] = (200, b"<taken/>")
        self.listing: bytes | None = None
        self.stalls = threading.Event()
        self.goes_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"exchange": self}))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def take(self) -> list[bytes]:
        found, self.taken = self.taken, []
        return found

    def give(self, *contents: bytes) -> None:
        for content in contents:
            self.waiting[f"/inbox/{uuid4()}"] = content

    def close(self) -> None:
        self.goes_on.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    exchange: HttpExchange

    def do_POST(self) -> None:
        self.exchange.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        if self.exchange.stalls.is_set():
            self.exchange.goes_on.wait(_PATIENCE_SECONDS)
        self._say(*self.exchange.answer)

    def do_GET(self) -> None:
        if self.path == "/inbox":
            listing = self.exchange.listing
            self._say(200, json.dumps(list(self.exchange.waiting)).encode() if listing is None else listing)
        elif self.path in self.exchange.waiting:
            self._say(200, self.exchange.waiting[self.path])
        else:
            self._say(404, b"")

    def do_DELETE(self) -> None:
        self._say(404 if self.exchange.waiting.pop(self.path, None) is None else 204, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class AmqpExchange(Exchange):
    """Two queues of a real broker."""

    kind = "amqp"

    def __init__(self) -> None:
        import pika  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - an extra

        self.address = f"sandan-test-{uuid4()}"
        self._pika = pika
        self.connection = pika.BlockingConnection(pika.URLParameters(os.environ[BROKER]))
        self.channel = self.connection.channel()
        for queue in ("out", "in"):
            self.channel.queue_declare(f"{self.address}-{queue}", durable=True)

    def take(self) -> list[bytes]:
        found: list[bytes] = []
        while True:
            method, properties, body = self.channel.basic_get(f"{self.address}-out", auto_ack=True)
            if method is None:
                return found
            assert properties.delivery_mode == 2
            assert properties.headers["CopMsgId"]
            found.append(body)

    def give(self, *contents: bytes) -> None:
        for content in contents:
            self.channel.basic_publish("", f"{self.address}-in", content)

    def waiting(self) -> list[bytes]:
        """What is for us and was not acknowledged by anyone; it is gone then."""
        found: list[bytes] = []
        while (delivery := self.channel.basic_get(f"{self.address}-in", auto_ack=True))[0] is not None:
            found.append(delivery[2])
        return found

    def close(self) -> None:
        for queue in ("out", "in"):
            self.channel.queue_delete(f"{self.address}-{queue}")
        self.connection.close()

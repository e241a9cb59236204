"""By AMQP 0-9-1 (RabbitMQ): persistent messages, confirmed by the broker, acknowledged one by one."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Lock
from typing import Any, Protocol

from functions.transport.protocol import Received, TransportRefusedError, TransportUnavailableError

DEFAULT_BLOCKED_SECONDS = 10.0
_SHORT_STRING = 255  # bytes, of a property
_REFUSALS = {311, 406}  # content too large; precondition failed, such as a message over the broker's limit


class AmqpMissingError(RuntimeError):
    """The client library, which is an extra, is not installed."""


class _Channel(Protocol):
    """What is used of pika's BlockingChannel."""

    is_open: bool

    def confirm_delivery(self) -> None: ...
    def basic_publish(self, exchange: str, routing_key: str, body: bytes, properties: Any, mandatory: bool) -> None: ...
    def basic_get(self, queue: str) -> tuple[Any, Any, bytes | None]: ...
    def basic_ack(self, delivery_tag: int) -> None: ...
    def close(self) -> None: ...


class _Connection(Protocol):
    """What is used of pika's BlockingConnection."""

    is_open: bool

    def channel(self) -> _Channel: ...
    def process_data_events(self, time_limit: float) -> None: ...
    def close(self) -> None: ...


class AmqpTransport:
    """Envelopes go to `exchange` under the routing key `outbox` (of the default exchange: the queue of that name), and
    come from the queue `inbox`. Exchanges and queues are the broker's administrator's: none is declared here; make them
    durable. The CopMsgId is the message id, the correlation id, and in full the header `CopMsgId`.
    """

    def __init__(self, url: str, *, outbox: str, inbox: str, exchange: str = "") -> None:
        """`url` is amqp:// or amqps://user:password@host:port/vhost; it is connected when it is first needed.

        Raises AmqpMissingError without the extra `amqp`, ValueError for what is no such address.
        """
        self._pika = _library()
        self._parameters = self._pika.URLParameters(url)
        if self._parameters.blocked_connection_timeout is None:
            self._parameters.blocked_connection_timeout = DEFAULT_BLOCKED_SECONDS
        self._outbox, self._inbox, self._exchange = outbox, inbox, exchange
        self._lock = Lock()
        self._connection: _Connection | None = None
        self._sending: _Channel | None = None
        self._receiving: _Channel | None = None

    def send(self, envelope: bytes, cop_msg_id: str) -> bytes:
        """See Transport; returns once the broker has confirmed that it has the message in a queue."""
        properties = self._pika.BasicProperties(
            content_type="application/xml",
            delivery_mode=2,  # persistent
            message_id=_short(cop_msg_id),
            correlation_id=_short(cop_msg_id),
            headers={"CopMsgId": cop_msg_id},
        )
        with self._lock, self._faults_told(f"message {cop_msg_id}"):
            connection = self._alive()
            if self._sending is None or not self._sending.is_open:
                self._sending = connection.channel()
                self._sending.confirm_delivery()
            self._sending.basic_publish(self._exchange, self._outbox, envelope, properties, mandatory=True)
        return b""

    def receive(self) -> Iterator[Received]:
        """See Transport. What an earlier call gave and was not acknowledged goes back into the queue first."""
        with self._lock, self._faults_told("inbox"):
            connection = self._alive()
            if self._receiving is not None and self._receiving.is_open:
                self._receiving.close()
            channel = self._receiving = connection.channel()
        while True:
            with self._lock, self._faults_told("inbox"):
                delivery, _, body = channel.basic_get(self._inbox)
            if delivery is None:
                return
            yield Received(body or b"", _Acknowledgement(self, channel, delivery.delivery_tag))

    def close(self) -> None:
        """See Transport."""
        with self._lock:
            self._drop()

    def acknowledge(self, channel: _Channel, tag: int) -> None:
        """Tell the broker that a delivery is dealt with; for what `receive` gives."""
        with self._lock, self._faults_told("acknowledgement"):
            channel.basic_ack(tag)

    def _alive(self) -> _Connection:
        """The connection; a new one where the broker has closed it meanwhile, as it does when heartbeats stay away."""
        if self._connection is not None:
            with suppress(self._pika.exceptions.AMQPError, OSError):
                self._connection.process_data_events(0)
                if self._connection.is_open:
                    return self._connection
        self._drop()
        connection: _Connection = self._pika.BlockingConnection(self._parameters)
        self._connection = connection
        return connection

    def _drop(self) -> None:
        connection, self._connection, self._sending, self._receiving = self._connection, None, None, None
        if connection is not None:
            with suppress(self._pika.exceptions.AMQPError, OSError):
                connection.close()

    @contextmanager
    def _faults_told(self, about: str) -> Iterator[None]:
        """Faults of broker and network as errors of the transport; texts never hold the address with its password."""
        errors = self._pika.exceptions
        try:
            yield
        except errors.UnroutableError as error:
            words = f"{about}: no queue takes {self._outbox!r} of the exchange {self._exchange!r}: bind one"
            raise TransportUnavailableError(words) from error
        except errors.ChannelClosedByBroker as error:
            kind = TransportRefusedError if error.reply_code in _REFUSALS else TransportUnavailableError
            raise kind(f"{about}: the broker said {error.reply_code} {error.reply_text}") from error
        except (errors.AMQPError, OSError) as error:
            raise TransportUnavailableError(f"{about}: {type(error).__name__} {error}".strip()) from error


class _Acknowledgement:
    """Acknowledges once: the broker closes the channel of who acknowledges twice."""

    def __init__(self, transport: AmqpTransport, channel: _Channel, tag: int) -> None:
        self._transport, self._channel, self._tag = transport, channel, tag
        self._given = False

    def __call__(self) -> None:
        if not self._given:
            self._transport.acknowledge(self._channel, self._tag)
            self._given = True


def _library() -> Any:
    try:
        return import_module("pika")
    except ImportError:
        raise AmqpMissingError("AMQP needs the extra: pip install 'sandan[amqp]'") from None


def _short(cop_msg_id: str) -> str:
    """The CopMsgId as a property can hold it: a SHA-256 of it where it has too many bytes."""
    raw = cop_msg_id.encode()
    return cop_msg_id if len(raw) <= _SHORT_STRING else hashlib.sha256(raw).hexdigest()

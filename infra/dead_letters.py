"""Documents that could not be processed: looked at without being taken away, and sent again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime

from events.cloudevents import exact_json
from events.problems import InvalidInputError, Problem
from events.values import Value
from functions.orders.masking import is_personal, mask
from functions.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HELD_SECONDS = 60
_AT_ONCE = 10
_BUS_REASON, _OWN_REASON = "ERROR_MESSAGE", "Reason"
_KEY_FIELDS = ("ebpCode", "orderNo")


class DeadLetter(Value):
    """One entry. `order` is `ebpCode/orderNo` when the document tells it, `attempts` is None when nobody counted."""

    id: str
    document_id: str | None
    event_type: str | None
    order: str | None
    reason: str
    since: AwareDatetime
    attempts: int | None


@dataclass(frozen=True)
class _Held:
    message: "MessageTypeDef"
    entry: DeadLetter


class DeadLetters:
    """The dead-letter queue of the documents.

    `wait_seconds` is how long to wait for more before the queue counts as empty: on AWS a poll that does not wait asks
    only some of its servers.
    """

    def __init__(self, sqs: "SQSClient", names: Settings | None = None, wait_seconds: int = 1) -> None:
        names = names or Settings()
        self._sqs = sqs
        self._wait_seconds = wait_seconds
        self._url = sqs.get_queue_url(QueueName=names.documents_dead_letters)["QueueUrl"]
        self._documents_url = sqs.get_queue_url(QueueName=names.documents_queue)["QueueUrl"]

    def entries(self, limit: int) -> list[DeadLetter]:
        """Up to `limit` entries, the oldest first; all of them stay in the queue."""
        with self._held(limit) as held:
            return [one.entry for one in held]

    def show(self, wanted: str) -> tuple[DeadLetter, Any]:
        """The entry with that id, or of the document with that id, and its event with personal values masked.

        The event is None when the body is not JSON. Raises InvalidInputError when there is no such entry.
        """
        with self._held() as held:
            (one, *_) = _chosen(held, [wanted])
            return one.entry, _masked(_json(one.message["Body"]))

    def redrive(self, wanted: Sequence[str] | None) -> list[DeadLetter]:
        """Send entries to the documents queue again, all when `wanted` is None; what was sent leaves this queue.

        A crash in between sends a document twice, which has the effect of once. Raises InvalidInputError, before
        anything is sent, when there is no such entry.
        """
        with self._held() as held:
            chosen = held[:] if wanted is None else _chosen(held, wanted)
            for one in chosen:
                self._sqs.send_message(QueueUrl=self._documents_url, MessageBody=one.message["Body"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one.message["ReceiptHandle"])
                held.remove(one)
        return [one.entry for one in chosen]

    @contextmanager
    def _held(self, limit: int | None = None) -> Iterator[list[_Held]]:
        """Entries that nobody else sees meanwhile; those still in the list at the end are given free at once."""
        received: dict[str, MessageTypeDef] = {}
        try:
            while limit is None or len(received) < limit:
                most = _AT_ONCE if limit is None else min(_AT_ONCE, limit - len(received))
                answer = self._sqs.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=most,
                    VisibilityTimeout=_HELD_SECONDS,
                    WaitTimeSeconds=self._wait_seconds,
                    AttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
                if not answer.get("Messages"):
                    break
                received |= {message["MessageId"]: message for message in answer["Messages"]}
            held = sorted((_Held(one, self._entry(one)) for one in received.values()), key=lambda one: one.entry.since)
            rest = list(held)
            yield rest
            received = {one.message["MessageId"]: one.message for one in rest}
        finally:
            self._give_free(list(received.values()))

    def _give_free(self, messages: list["MessageTypeDef"]) -> None:
        for start in range(0, len(messages), _AT_ONCE):
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
                    for number, message in enumerate(messages[start : start + _AT_ONCE])
                ],
            )

    def _entry(self, message: "MessageTypeDef") -> DeadLetter:
        event = _json(message["Body"])
        event = event if isinstance(event, dict) else {}
        detail = event.get("detail")
        detail = detail if isinstance(detail, dict) else {}
        attributes = {
            name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()
        }
        reason, attempts = self._reason(attributes)
        return DeadLetter(
            id=message["MessageId"],
            document_id=_text(detail.get("id")) or attributes.get("DocumentId"),
            event_type=_text(event.get("detail-type")) or _text(detail.get("type")),
            order=_order(detail.get("data")),
            reason=reason,
            since=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
            attempts=attempts,
        )

    def _reason(self, attributes: dict[str, str]) -> tuple[str, int | None]:
        if _OWN_REASON in attributes:
            return attributes[_OWN_REASON], None
        if _BUS_REASON in attributes:
            return f"the bus could not deliver it: {attributes[_BUS_REASON]}", None
        receives = self._most_receives()
        return f"gave up after {receives} receives", receives

    def _most_receives(self) -> int:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._documents_url, AttributeNames=["RedrivePolicy"])
        return int(_json(answer["Attributes"]["RedrivePolicy"])["maxReceiveCount"])


def _chosen(held: list[_Held], wanted: Sequence[str]) -> list[_Held]:
    """The entries with those ids, of the entry or of its document. Raises InvalidInputError naming the unknown."""
    known = {name for one in held for name in (one.entry.id, one.entry.document_id)}
    message = "is not in the dead-letter queue: `sandan dlq list` shows what is"
    problems = [Problem(path="/id", rule="known", value=name, message=message) for name in wanted if name not in known]
    if problems:
        raise InvalidInputError(problems)
    return [one for one in held if one.entry.id in wanted or one.entry.document_id in wanted]


def _json(body: str) -> Any:
    try:
        return exact_json(body)
    except InvalidInputError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _order(content: Any) -> str | None:
    """The business key in a document, wherever its head is."""
    if not isinstance(content, dict):
        return None
    found = [_text(content.get(field)) for field in _KEY_FIELDS]
    if all(found):
        return "/".join(str(part) for part in found)
    return next((key for value in content.values() if (key := _order(value))), None)


def _masked(content: Any) -> Any:
    if isinstance(content, list):
        return [_masked(item) for item in content]
    if isinstance(content, dict):
        return {
            name: mask(str(value)) if is_personal(name) and isinstance(value, str) else _masked(value)
            for name, value in content.items()
        }
    return content

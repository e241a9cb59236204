"""What could not be processed can be looked at as often as one likes, and sent again once."""

from typing import TYPE_CHECKING

import pytest

from events.problems import InvalidInputError
from functions.settings import Settings
from infra.dead_letters import DeadLetters
from tests.infra.letters import DOCUMENT, body, put, waiting

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NAMES = Settings()


def test_an_entry_tells_what_it_is_and_why_it_is_here(sqs: "SQSClient") -> None:
    """The dispatcher's reason, the order's business key, the document."""
    message_id = put(sqs, body(), Reason="data: /kind is unknown", DocumentId="message-1")

    (entry,) = DeadLetters(sqs, wait_seconds=0).entries(100)

    assert (entry.id, entry.document_id) == (message_id, DOCUMENT)
    assert (entry.event_type, entry.order) == ("cn.sandan.order.placed.v1", "3207SDPT01/SD1")
    assert (entry.reason, entry.attempts) == ("data: /kind is unknown", None)
    assert entry.since.tzinfo


def test_looking_takes_nothing_away(sqs: "SQSClient") -> None:
    """Listing and showing leave every entry visible for everybody at once; more than a page of them, too."""
    ids = {put(sqs, body(f"document-{number}"), Reason="x") for number in range(23)}
    letters = DeadLetters(sqs, wait_seconds=0)

    assert {entry.id for entry in letters.entries(100)} == ids
    letters.show("document-7")
    assert {entry.id for entry in letters.entries(100)} == ids
    assert len(waiting(sqs, NAMES.documents_dead_letters)) == 10


def test_a_limit_bounds_the_list(sqs: "SQSClient") -> None:
    """Neither more entries, nor the same one twice."""
    for number in range(15):
        put(sqs, body(f"document-{number}"), Reason="x")

    assert len({entry.id for entry in DeadLetters(sqs, wait_seconds=0).entries(12)}) == 12


def test_what_the_queue_gave_up_says_so(sqs: "SQSClient") -> None:
    """After the receives that the redrive policy allows, without anybody's reason."""
    documents = sqs.get_queue_url(QueueName=NAMES.documents_queue)["QueueUrl"]
    sqs.send_message(QueueUrl=documents, MessageBody=body())
    for _ in range(6):
        sqs.receive_message(QueueUrl=documents, VisibilityTimeout=0)

    (entry,) = DeadLetters(sqs, wait_seconds=0).entries(100)

    assert (entry.reason, entry.attempts) == ("gave up after 5 receives", 5)


def test_what_the_bus_could_not_deliver_says_so(sqs: "SQSClient") -> None:
    """EventBridge tells its own reason."""
    put(sqs, body(), ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not allowed to send to the queue")

    (entry,) = DeadLetters(sqs, wait_seconds=0).entries(100)

    assert entry.reason == "the bus could not deliver it: not allowed to send to the queue"


@pytest.mark.parametrize("content", ["<a/>", "[]", '{"detail": 1}', '{"detail": {"data": null}}', "1"])
def test_what_is_no_event_is_shown_all_the_same(sqs: "SQSClient", content: str) -> None:
    """A body that nothing is known of still has an id and a reason."""
    message_id = put(sqs, content, Reason="not JSON", DocumentId="message-1")

    entry, _ = DeadLetters(sqs, wait_seconds=0).show(message_id)

    assert (entry.document_id, entry.event_type, entry.order) == ("message-1", None, None)


def test_personal_data_are_masked(sqs: "SQSClient") -> None:
    """An operator needs the document, not the person."""
    put(sqs, body(), Reason="x")

    _, event = DeadLetters(sqs, wait_seconds=0).show(DOCUMENT)

    head = event["detail"]["data"]["content"]["OrderHead"]
    assert head == {
        "ebpCode": "3207SDPT01",
        "orderNo": "SD1",
        "buyerName": "测***",
        "buyerIdNumber": "00***1X",
    }


def test_an_entry_is_sent_again_and_leaves(sqs: "SQSClient") -> None:
    """The same body; the others stay, and stay visible."""
    put(sqs, body("one"), Reason="x")
    put(sqs, body("two"), Reason="x")

    (sent,) = DeadLetters(sqs, wait_seconds=0).redrive(["one"])

    assert sent.document_id == "one"
    assert waiting(sqs, NAMES.documents_queue) == [body("one")]
    assert waiting(sqs, NAMES.documents_dead_letters) == [body("two")]


def test_all_are_sent_again(sqs: "SQSClient") -> None:
    """Nothing is left."""
    for number in range(12):
        put(sqs, body(f"document-{number}"), Reason="x")

    assert len(DeadLetters(sqs, wait_seconds=0).redrive(None)) == 12

    assert waiting(sqs, NAMES.documents_dead_letters) == []


def test_an_unknown_id_sends_nothing(sqs: "SQSClient") -> None:
    """Not even the known ones beside it; every unknown one is named."""
    put(sqs, body("one"), Reason="x")

    with pytest.raises(InvalidInputError) as refused:
        DeadLetters(sqs, wait_seconds=0).redrive(["one", "two", "three"])

    assert [problem.value for problem in refused.value.problems] == ["two", "three"]
    assert waiting(sqs, NAMES.documents_queue) == []
    assert waiting(sqs, NAMES.documents_dead_letters) == [body("one")]

"""The local poller of the documents queue."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from functions import aws
from functions.settings import Settings
from infra import dispatcher

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SECONDS = 30


@pytest.fixture
def queue(sqs: "SQSClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The documents queue as the dispatcher's own client finds it."""
    for name, value in {"ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    aws.sqs.cache_clear()
    yield sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
    aws.sqs.cache_clear()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that comes soon."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def waiting(sqs: "SQSClient", queue: str) -> dict[str, int]:
    """Messages in the queue, those that nobody has received and all of them."""
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return {"unseen": int(left[names[0]]), "all": sum(map(int, left.values()))}


def test_what_was_taken_is_deleted_and_what_failed_comes_again(
    sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[list[str]] = []

    def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
        batches.append([record["body"] for record in event["Records"]])
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

    monkeypatch.setattr(dispatcher, "handler", handler)
    monkeypatch.setattr(dispatcher, "_WINDOW_SECONDS", 0.0)
    for body in ("first", "bad", "second"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    stop = threading.Event()
    polling = threading.Thread(target=dispatcher.run, args=(stop,))
    polling.start()
    until(lambda: waiting(sqs, queue) == {"unseen": 0, "all": 1})  # the bad one, until its visibility ends
    stop.set()
    polling.join(SECONDS)
    assert not polling.is_alive()
    assert sorted(body for batch in batches for body in batch) == ["bad", "first", "second"]


def test_a_batch_is_what_lies_there_and_what_comes_within_the_window(
    sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given twelve messages and one that comes a moment later, then they are one batch, asked for three times."""
    asked: list[int] = []
    receive = dispatcher._receive

    def counted(url: str, wait_seconds: int) -> list[Any]:
        asked.append(wait_seconds)
        return receive(url, wait_seconds)

    monkeypatch.setattr(dispatcher, "_receive", counted)
    monkeypatch.setattr(dispatcher, "_WINDOW_SECONDS", 1.5)
    for number in range(12):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    later = threading.Timer(0.5, sqs.send_message, kwargs={"QueueUrl": queue, "MessageBody": "later"})
    later.start()
    bodies = {message["Body"] for message in dispatcher.gather(queue)}
    later.join()
    assert bodies == {*map(str, range(12)), "later"}
    assert asked == [1, 0, 0]


def test_a_batch_has_its_limit(sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given more messages than a batch takes, then it is full at once and the others stay in the queue."""
    monkeypatch.setattr(dispatcher, "_BATCH", 20)
    monkeypatch.setattr(dispatcher, "_WINDOW_SECONDS", 60.0)
    for number in range(25):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    assert len(dispatcher.gather(queue)) == 20
    assert waiting(sqs, queue)["unseen"] == 5


def test_an_empty_queue_is_no_batch(queue: str) -> None:
    assert dispatcher.gather(queue) == []

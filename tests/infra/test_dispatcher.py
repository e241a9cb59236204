"""The local poller of the documents queue: batches overlap, what was taken is deleted, the rest stays."""

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


class Poller:
    """The dispatcher's loop in a thread, with a function that says what it gets and waits until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[list[str]] = []
        self.began, self.may_go_on = threading.Event(), threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=dispatcher.run, args=(self._stop,))
        monkeypatch.setattr(dispatcher, "handler", self._handle)

    def __enter__(self) -> "Poller":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def _handle(self, event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
        self.batches.append([record["body"] for record in event["Records"]])
        self.began.set()
        assert self.may_go_on.wait(SECONDS)
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


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


def test_what_comes_while_a_batch_is_dispatched_is_gathered_into_the_next_one(
    sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_WINDOW_SECONDS", 0.0)
    with Poller(monkeypatch) as poller:
        sqs.send_message(QueueUrl=queue, MessageBody="first")
        assert poller.began.wait(SECONDS)
        for body in ("second", "bad", "third"):  # long after the window, one after the other
            sqs.send_message(QueueUrl=queue, MessageBody=body)
            until(lambda: waiting(sqs, queue)["unseen"] == 0)
        assert poller.batches == [["first"]]
        poller.may_go_on.set()
        until(lambda: waiting(sqs, queue)["all"] == 1)  # the bad one comes again
    assert poller.batches == [["first"], ["second", "bad", "third"]]


def test_a_batch_that_is_full_waits_for_the_one_before(
    sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_BATCH", 1)
    with Poller(monkeypatch) as poller:
        for number in range(3):
            sqs.send_message(QueueUrl=queue, MessageBody=str(number))
            until(lambda: waiting(sqs, queue)["unseen"] == 0 or len(poller.batches) > 0)
        assert poller.began.wait(SECONDS)
        assert poller.batches == [["0"]]
        poller.may_go_on.set()
        until(lambda: waiting(sqs, queue)["all"] == 0)
    assert sorted(body for batch in poller.batches for body in batch) == ["0", "1", "2"]

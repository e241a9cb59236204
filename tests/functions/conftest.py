"""AWS in the process: every function test that asks for `aws` gets fresh, empty resources under the settings' names."""

import json
import os
from collections.abc import Iterator

import pytest
from moto import mock_aws

from functions import aws as clients
from functions.settings import settings

REGION = "cn-north-1"
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


@pytest.fixture(scope="package")
def _test_clients() -> Iterator[None]:
    """The clients are dear to make, so all tests of the package share theirs; nobody else gets them."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in list(os.environ):
            if name.startswith(("SANDAN_", "AWS_")):
                monkeypatch.delenv(name)
        for name, value in _CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        _forget()
        yield
    _forget()


@pytest.fixture
def aws(_test_clients: None) -> Iterator[None]:
    """Both tables, the archive, the bus, the queue and its dead letters; no network, no account."""
    settings.cache_clear()
    with mock_aws():
        _create_resources()
        yield
    settings.cache_clear()


def _forget() -> None:
    for cached in (clients.dynamodb, clients.eventbridge, clients.s3, clients.secretsmanager, clients.sqs, settings):
        cached.cache_clear()


def _create_resources() -> None:
    named = settings()
    for table in (named.intake_table, named.orders_table):
        clients.dynamodb().create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    clients.s3().create_bucket(
        Bucket=named.archive_bucket, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
    )
    clients.eventbridge().create_event_bus(Name=named.bus)
    dead_letters = clients.sqs().create_queue(QueueName=named.documents_dead_letters)["QueueUrl"]
    attributes = clients.sqs().get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]
    redrive = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": "5"})
    clients.sqs().create_queue(QueueName=named.documents_queue, Attributes={"RedrivePolicy": redrive})

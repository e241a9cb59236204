"""AWS in the process, as a pytest plugin: who asks for `aws` gets fresh, empty resources under the settings' names."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from functions import aws as clients
from functions.data_keys.keys import own_data_keys
from functions.intake.recent import recent
from functions.ledger import buyers
from functions.ledger import handler as ledger
from functions.ledger.account_models import OpenGuaranteeRequest
from functions.ledger.written import written
from functions.orders.opened import own_opened
from functions.payloads.keys import own_keys
from functions.settings import settings
from functions.transport.choice import customs_transport
from infra.generate.parties import GUARANTORS
from tests.builders import SELLER
from tests.payloads import TEST_KEYS

REGION: Final = "cn-north-1"


class SharedClients:
    """Stands for `boto3.client` in `functions.aws`: clients are dear to make, so all tests share theirs."""

    def __init__(self) -> None:
        session: Any = boto3.Session("testing", "testing", "testing", region_name=REGION)
        self._session = session
        self._made: dict[str, Any] = {}

    def client(self, service: str, config: Any = None) -> Any:
        """The one client of a service."""
        if service not in self._made:
            self._made[service] = self._session.client(service, config=config)
            _one_by_one(self._made[service])
        return self._made[service]


def _one_by_one(client: Any) -> None:
    """A write with a condition is one act for AWS; moto's threads would come between the condition and the write."""
    call, at_work = client._make_api_call, threading.RLock()

    def one_at_a_time(operation: str, parameters: Any) -> Any:
        with at_work:
            return call(operation, parameters)

    client._make_api_call = one_at_a_time


@pytest.fixture(scope="session")
def _shared_clients() -> SharedClients:
    return SharedClients()


@pytest.fixture
def aws(_shared_clients: SharedClients) -> Iterator[None]:
    """The tables, the archive, the bus, the queue and its dead letters; no network, no account, nobody's settings."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith(("SANDAN_", "AWS_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setattr(boto3, "client", _shared_clients.client)
        _forget()
        with mock_aws():
            _create_resources()
            yield
    _forget()


@pytest.fixture
def guarantees(aws: None) -> None:
    """A guarantee of a million CNY for every guarantor of the generator and of the tests' builders."""
    for guarantor in {*GUARANTORS, SELLER["ebc_code"]}:
        ledger.open_guarantee(OpenGuaranteeRequest(guarantor=guarantor, amount=Decimal(1_000_000)))


def _forget() -> None:
    for cached in (
        clients.dynamodb,
        clients.eventbridge,
        clients.s3,
        clients.secretsmanager,
        clients.sqs,
        clients.queue_url,
        settings,
        customs_transport,
        buyers.secret_key,
        own_keys,
        own_data_keys,
        own_opened,
        recent,
        written,
    ):
        cached.cache_clear()


def _create_resources() -> None:
    named = settings()
    for table in (named.intake_table, named.orders_table, named.payment_data_table, named.data_keys_table):
        clients.dynamodb().create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    clients.dynamodb().create_table(**_ledger_table(named.ledger_table))
    clients.dynamodb().create_table(**_retention_table(named.retention_table))
    buyers_key = base64.b64encode(b"a key for tests of thirty-two b.").decode()
    clients.secretsmanager().create_secret(Name=named.buyers_secret, SecretString=json.dumps({"key": buyers_key}))
    payload_keys = TEST_KEYS.model_dump_json()
    clients.secretsmanager().create_secret(Name=named.payload_keys_secret, SecretString=payload_keys)
    clients.s3().create_bucket(Bucket=named.archive_bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    clients.eventbridge().create_event_bus(Name=named.bus)
    dead_letters = clients.sqs().create_queue(QueueName=named.documents_dead_letters)["QueueUrl"]
    attributes = clients.sqs().get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]
    redrive = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": "1000"})
    clients.sqs().create_queue(QueueName=named.documents_queue, Attributes={"RedrivePolicy": redrive})


def _ledger_table(name: str) -> dict[str, Any]:
    """The table as the template declares it: two keys, and the index of what is due."""
    texts = [{"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "due_queue", "due_at")]
    due = [{"AttributeName": "due_queue", "KeyType": "HASH"}, {"AttributeName": "due_at", "KeyType": "RANGE"}]
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": texts,
        "GlobalSecondaryIndexes": [
            {"IndexName": "due", "KeySchema": due, "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _retention_table(name: str) -> dict[str, Any]:
    """The table as the template declares it: two keys."""
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk")],
        "BillingMode": "PAY_PER_REQUEST",
    }

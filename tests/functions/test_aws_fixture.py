"""The resources that the function tests stand on."""

import pytest

from functions import aws as clients
from functions.settings import settings


@pytest.mark.usefixtures("aws")
def test_the_fixture_has_every_resource_of_the_settings() -> None:
    """Given the fixture, when the resources are asked for, then each stands under its name in the settings."""
    named = settings()
    tables = {
        named.intake_table,
        named.orders_table,
        named.ledger_table,
        named.payment_data_table,
        named.data_keys_table,
        named.retention_table,
    }
    assert set(clients.dynamodb().list_tables()["TableNames"]) == tables
    assert clients.s3().list_objects_v2(Bucket=named.archive_bucket)["KeyCount"] == 0
    assert clients.eventbridge().describe_event_bus(Name=named.bus)["Name"] == named.bus
    assert clients.secretsmanager().get_secret_value(SecretId=named.buyers_secret)["SecretString"]
    assert clients.sqs().get_queue_url(QueueName=named.documents_queue)["QueueUrl"]
    assert clients.sqs().get_queue_url(QueueName=named.documents_dead_letters)["QueueUrl"]

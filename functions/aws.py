"""Clients of AWS, made once per process; `AWS_ENDPOINT_URL` points them at an emulator."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=2, read_timeout=10, max_pool_connections=32
)


@cache
def dynamodb() -> "DynamoDBClient":
    """The tables."""
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def eventbridge() -> "EventBridgeClient":
    """The bus."""
    return boto3.client("events", config=_CONFIG)


@cache
def s3() -> "S3Client":
    """The archive."""
    return boto3.client("s3", config=_CONFIG)


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The secrets."""
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def sqs() -> "SQSClient":
    """The queues."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def queue_url(name: str) -> str:
    """Where the queue of that name is."""
    return sqs().get_queue_url(QueueName=name)["QueueUrl"]

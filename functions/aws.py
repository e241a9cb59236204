"""Clients of AWS, made once per process; `AWS_ENDPOINT_URL` points them at an emulator."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


def _client(service: str) -> Any:
    import boto3  # noqa: PLC0415 - takes as long as all the rest of a function: loaded by the first call that needs it

    return boto3.client(service, config=_config())


@cache
def _config() -> "Config":
    from botocore.config import Config  # noqa: PLC0415 - the same

    return Config(
        retries={"mode": "standard", "total_max_attempts": 5},
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=32,
    )


@cache
def dynamodb() -> "DynamoDBClient":
    """The tables."""
    return _client("dynamodb")


@cache
def eventbridge() -> "EventBridgeClient":
    """The bus."""
    return _client("events")


@cache
def s3() -> "S3Client":
    """The archive."""
    return _client("s3")


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The secrets."""
    return _client("secretsmanager")


@cache
def sqs() -> "SQSClient":
    """The queues."""
    return _client("sqs")

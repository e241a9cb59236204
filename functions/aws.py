"""Clients of AWS, made once per process; `AWS_ENDPOINT_URL` points them at an emulator."""

from functools import cache
from typing import TYPE_CHECKING, Any

from functions.loading import without_collector

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


def _client(service: Any) -> Any:
    with without_collector():
        import boto3  # noqa: PLC0415 - takes as long as all the rest of a function: loaded by the first call that needs it

        return boto3.client(service, config=config())


@cache
def config() -> "Config":
    """How clients call: without what costs a sixth of a call, the checks that AWS makes too, a User-Agent made anew."""
    import boto3  # noqa: PLC0415 - the same
    from botocore.config import Config  # noqa: PLC0415 - the same

    return Config(
        user_agent=f"Sandan Boto3/{boto3.__version__}",
        parameter_validation=False,
        retries={"mode": "standard", "total_max_attempts": 5},
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=32,
    )


@cache
def dynamodb() -> "DynamoDBClient":
    """The tables."""
    made: DynamoDBClient = _client("dynamodb")
    return made


@cache
def eventbridge() -> "EventBridgeClient":
    """The bus."""
    made: EventBridgeClient = _client("events")
    return made


@cache
def s3() -> "S3Client":
    """The archive."""
    made: S3Client = _client("s3")
    return made


@cache
def secretsmanager() -> "SecretsManagerClient":
    """The secrets."""
    made: SecretsManagerClient = _client("secretsmanager")
    return made


@cache
def sqs() -> "SQSClient":
    """The queues."""
    made: SQSClient = _client("sqs")
    return made


@cache
def queue_url(name: str) -> str:
    """Where the queue of that name is."""
    return sqs().get_queue_url(QueueName=name)["QueueUrl"]

"""How our own tools reach AWS, or what stands in for it; and how the processes of a stack do."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from functions.settings import Settings
from infra.logs import stack_log_level
from infra.stack.ports import LOOPBACK
from infra.stack.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

REGION = "us-east-1"
_SAMPLE = "0.1"  # of the released orders, customs of a local stack asks for the payment data
_ACCESS_KEY, _SECRET_KEY = "test", "test"
_NOWHERE = os.devnull
_NO_ACCOUNT = {
    "profile": (None, None, None, None),
    "config_file": (None, None, _NOWHERE, None),
    "credentials_file": (None, None, _NOWHERE, None),
}
"""Where botocore looks for the user's own accounts: in none of the usual variables and files."""

_RESOURCES = {
    "bus",
    "documents_queue",
    "documents_dead_letters",
    "intake_table",
    "orders_table",
    "ledger_table",
    "replay_table",
    "payment_data_table",
    "data_keys_table",
    "retention_table",
    "archive_bucket",
    "partner_secrets",
    "signing_secret",
    "buyers_secret",
    "payload_keys_secret",
    "codec_users_secret",
    "temporal_secret",
}


class StackClients:
    """Clients of the services at `endpoint`; AWS_ENDPOINT_URL, when set, comes first (a real LocalStack, say)."""

    def __init__(self, endpoint: str) -> None:
        from boto3.session import Session  # noqa: PLC0415 - loads slowly, and not every command needs it
        from botocore.config import Config  # noqa: PLC0415
        from botocore.session import Session as Settings  # noqa: PLC0415
        from localstack_client.config import get_service_endpoints  # noqa: PLC0415

        self._endpoints = get_service_endpoints(urlsplit(endpoint).netloc)
        settings = Settings(session_vars=_NO_ACCOUNT)
        self._session = Session(_ACCESS_KEY, _SECRET_KEY, region_name=REGION, botocore_session=settings)
        no_proxy_between: dict[str, str] = {}
        self._config = Config(
            proxies=no_proxy_between,
            retries={"mode": "standard", "total_max_attempts": 5},
            connect_timeout=2,
            read_timeout=60,  # a Lambda that is called for the first time takes its time
        )

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """The template's deployment."""
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """The tables."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def events(self) -> "EventBridgeClient":
        """The bus."""
        client: EventBridgeClient = self._client("events")
        return client

    @cached_property
    def functions(self) -> "LambdaClient":
        """The functions, where they are Lambdas."""
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def s3(self) -> "S3Client":
        """The archive."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        """The secrets."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """The queues."""
        client: SQSClient = self._client("sqs")
        return client

    def _client(self, service: str) -> Any:
        create: Any = self._session.client
        return create(service, endpoint_url=self._endpoints[service], config=self._config)


def aws_environment(endpoint: str) -> dict[str, str]:
    """What leads every AWS client of a process to `endpoint`, and to no account of the user."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": _SECRET_KEY,
        "AWS_CONFIG_FILE": _NOWHERE,
        "AWS_SHARED_CREDENTIALS_FILE": _NOWHERE,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
    }


def stack_environment(state: StackState) -> dict[str, str]:
    """The whole environment of a process of the stack: this one's, with the addresses of the stack in place.

    No setting of a real AWS account, no proxy and no other resource than those of the template gets through.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    resources = Settings().model_dump(include=_RESOURCES)
    return inherited | {
        **{f"SANDAN_{name.upper()}": value for name, value in resources.items()},
        **aws_environment(state.aws_endpoint),
        "AWS_XRAY_SDK_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        "POWERTOOLS_SERVICE_NAME": "sandan",
        "POWERTOOLS_LOG_LEVEL": stack_log_level(),
        "POWERTOOLS_METRICS_NAMESPACE": "Sandan",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "1",
        "SANDAN_STACK": state.name,
        "SANDAN_GATEWAY_URL": state.gateway_url,
        "SANDAN_SANDBOX_URL": state.sandbox_url,
        "SANDAN_CUSTOMS_URL": f"{state.sandbox_url}/customs/messages",
        "SANDAN_PAYMENT_FIRM_URL": f"{state.sandbox_url}/payments/refunds",
        "SANDAN_BANK_URL": f"{state.sandbox_url}/bank/payments",
        "SANDAN_PAYMENT_DATA_URL": f"{state.sandbox_url}/customs/realTimeDataUpload",
        "SANDAN_SANDBOX_SAMPLE": os.environ.get("SANDAN_SANDBOX_SAMPLE", _SAMPLE),
        "SANDAN_TEMPORAL_ADDRESS": state.temporal_address,
        "SANDAN_TEMPORAL_NAMESPACE": state.temporal_namespace,
        "SANDAN_CODEC_UI_ORIGIN": state.temporal_ui_url,
    }

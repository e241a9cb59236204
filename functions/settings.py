"""Where the functions find their resources: environment variables with the local stack's names as defaults."""

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_PER_SECOND = 900
"""The highest rate: each request adds to one item of a table, and DynamoDB takes 1,000 writes of an item a second."""

METRICS_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Sandan")
"""What our measurements are published under: the template gives each deployment a namespace of its own."""

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Profile = Literal["sm2-sm3", "sm2-sha1", "rsa-sha1"]  # those of SignatureProfile, which takes long to import


def _listed(value: object) -> object:
    """The parts of `a, b`, as environment variables write a list."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class Settings(BaseModel):
    """Every setting of the functions. The variable of `bus` is `SANDAN_BUS`, and so on."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    bus: str = "sandan"
    documents_queue: str = "sandan-documents"
    documents_dead_letters: str = "sandan-documents-dlq"
    intake_table: str = "sandan-intake"
    orders_table: str = "sandan-orders"
    ledger_table: str = "sandan-ledger"
    replay_table: str = "sandan-replay"
    payment_data_table: str = "sandan-payment-data"
    data_keys_table: str = "sandan-data-keys"
    data_keys_seconds: Annotated[float, Field(gt=0)] = 300.0
    retention_table: str = "sandan-retention"
    archive_bucket: str = "sandan-archive-000000000000-us-east-1"
    partner_secrets: str = "sandan/partners/"
    signing_secret: str = "sandan/signing"  # noqa: S105 -- the name of a secret, not a secret
    buyers_secret: str = "sandan/buyers"  # noqa: S105 -- the same
    payload_keys_secret: str = "sandan/payload-keys"  # noqa: S105 -- the same
    payload_keys_seconds: Annotated[float, Field(gt=0)] = 60.0
    payload_cipher: Literal["AES-256-GCM", "SM4-GCM"] = "AES-256-GCM"
    codec_users_secret: str = "sandan/codec-users"  # noqa: S105 -- the same
    codec_ui_origin: str = "http://127.0.0.1:8233"
    customs_transport: Literal["http", "directory", "amqp"] = "http"
    customs_url: str = "http://127.0.0.1:8402/customs/messages"
    customs_inbox_url: str | None = None
    customs_directory: Path | None = None
    customs_outbox: Path | None = None
    customs_inbox: Path | None = None
    customs_settle_seconds: Annotated[float, Field(ge=0)] = 1.0
    customs_amqp_url: Annotated[str | None, Field(repr=False)] = None
    customs_amqp_outbox: str | None = None
    customs_amqp_inbox: str | None = None
    customs_amqp_exchange: str = ""
    customs_aside: Path | None = None
    payment_firm_url: str = "http://127.0.0.1:8402/payments/refunds"
    bank_url: str = "http://127.0.0.1:8402/bank/payments"
    tax_payment_hour: Annotated[int, Field(ge=0, le=23)] = 2
    payment_data_url: str = "http://127.0.0.1:8402/customs/realTimeDataUpload"
    payment_data_address_key: str | None = None
    customs_dxp_id: str = "DXPEDCCEB0000002"
    own_dxp_id: str = "DXPSANDAN0000001"
    own_code: str = "3207SANDAN"
    own_name: str = "点点通"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_tls: bool = False
    temporal_tls_ca: Path | None = None
    temporal_tls_cert: Path | None = None
    temporal_tls_key: Path | None = None
    temporal_tls_server_name: str | None = None
    temporal_api_key: Annotated[str | None, Field(repr=False)] = None
    temporal_secret: str = "sandan/temporal"  # noqa: S105 -- the name of a secret, not a secret
    metrics_address: str | None = None
    log_level: LogLevel = "WARNING"
    worker_deployment: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "sandan"
    worker_build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] = "local"
    invoker: Literal["process", "lambda"] = "process"
    function_prefix: str = "sandan"
    functions_at_once: Annotated[int, Field(ge=1)] = 24
    body_limit: int = 10 * 1024 * 1024
    partner_requests_per_second: Annotated[int, Field(ge=1, le=MOST_PER_SECOND)] = 200
    questions_per_second: Annotated[int, Field(ge=1, le=MOST_PER_SECOND)] = 20
    strangers_per_second: Annotated[int, Field(ge=1)] = 2
    signature_profiles: Annotated[frozenset[Profile], BeforeValidator(_listed), Field(min_length=1)] = frozenset(
        get_args(Profile)
    )
    clock_tolerance_seconds: int = 300
    policy_dir: str | None = None
    tariff_dir: str | None = None


@cache
def settings() -> Settings:
    """The settings of this process. Raises pydantic's ValidationError naming the wrong variable."""
    given = {name: os.environ[f"SANDAN_{name.upper()}"] for name in Settings.model_fields if _is_set(name)}
    return Settings.model_validate(given)


def _is_set(name: str) -> bool:
    return f"SANDAN_{name.upper()}" in os.environ

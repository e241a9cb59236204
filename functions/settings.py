"""Where the functions find their resources: environment variables with the local stack's names as defaults."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Every setting of the functions. The variable of `bus` is `SANDAN_BUS`, and so on."""

    model_config = ConfigDict(frozen=True)

    bus: str = "sandan"
    documents_queue: str = "sandan-documents"
    documents_dead_letters: str = "sandan-documents-dlq"
    intake_table: str = "sandan-intake"
    orders_table: str = "sandan-orders"
    replay_table: str = "sandan-replay"
    payment_data_table: str = "sandan-payment-data"
    archive_bucket: str = "sandan-archive"
    partner_secrets: str = "sandan/partners/"
    signing_secret: str = "sandan/signing"  # noqa: S105 -- the name of a secret, not a secret
    customs_url: str = "http://127.0.0.1:8402/customs/messages"
    payment_data_url: str = "http://127.0.0.1:8402/customs/realTimeDataUpload"
    payment_data_address_key: str | None = None
    customs_dxp_id: str = "DXPEDCCEB0000002"
    own_dxp_id: str = "DXPSANDAN0000001"
    own_code: str = "3207SANDAN"
    own_name: str = "点点通"
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    body_limit: int = 10 * 1024 * 1024
    clock_tolerance_seconds: int = 300
    policy_dir: str | None = None


@cache
def settings() -> Settings:
    """The settings of this process. Raises pydantic's ValidationError naming the wrong variable."""
    given = {name: os.environ[f"SANDAN_{name.upper()}"] for name in Settings.model_fields if _is_set(name)}
    return Settings.model_validate(given)


def _is_set(name: str) -> bool:
    return f"SANDAN_{name.upper()}" in os.environ

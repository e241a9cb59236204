"""What the door keeps: the partners' secrets, the signatures that it has seen, and how much was sent."""

import json
import secrets as random_values
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from functions.aws import dynamodb, secretsmanager
from functions.gateway.partners import Partner
from functions.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

_SECRET_AGE_SECONDS = 300
_found: set[str] = set()


@cache
def secrets() -> "SecretsProvider":
    """The secrets, each kept for five minutes."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415 - loads boto3

    return SecretsProvider(boto3_client=secretsmanager())


def partner(partner_id: str) -> Partner | None:
    """The partner, or None when nobody has that id. Raises GetParameterError when the secrets cannot be asked."""
    from aws_lambda_powertools.utilities.parameters import GetParameterError  # noqa: PLC0415 - loads boto3

    try:
        secret = secrets().get(f"{settings().partner_secrets}{partner_id}", max_age=_SECRET_AGE_SECONDS)
    except GetParameterError as error:
        if isinstance(error.__context__, secretsmanager().exceptions.ResourceNotFoundException):
            return None
        raise
    _found.add(partner_id)
    assert isinstance(secret, str | bytes)
    return _partner(partner_id, secret)


@lru_cache(maxsize=256)
def _partner(partner_id: str, secret: str | bytes) -> Partner:
    return Partner.model_validate({**json.loads(secret), "id": partner_id})


def was_found(partner_id: str) -> bool:
    """Whether this process has found the partner before, so that its secret is worth asking for."""
    return partner_id in _found


def remember(partner_id: str, signature: str, until: int) -> bool:
    """Note a signature until that Unix second; False when it is known already.

    AWS's library repeats a write whose answer was lost: it finds its own item, which is no repetition of the request.
    """
    client = dynamodb()
    attempt = {"S": random_values.token_hex(8)}
    try:
        client.put_item(
            TableName=settings().replay_table,
            Item={"pk": {"S": f"{partner_id}#{signature}"}, "expires_at": {"N": str(until)}, "attempt": attempt},
            ConditionExpression="attribute_not_exists(pk) OR attempt = :attempt",
            ExpressionAttributeValues={":attempt": attempt},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def count(name: str, used: int, limit: int, until: int) -> int | None:
    """Add to what was used under a name until that Unix second, and say how much that is now.

    None, and nothing added, once the limit is reached.

    Whatever is left admits one more, so that the largest request fits into the smallest limit.
    """
    client = dynamodb()
    try:
        updated = client.update_item(
            TableName=settings().replay_table,
            Key={"pk": {"S": f"count#{name}"}},
            UpdateExpression="SET expires_at = :until ADD used :used",
            ConditionExpression="attribute_not_exists(used) OR used < :limit",
            ExpressionAttributeValues={
                ":until": {"N": str(until)},
                ":used": {"N": str(used)},
                ":limit": {"N": str(limit)},
            },
            ReturnValues="UPDATED_NEW",
        )
    except client.exceptions.ConditionalCheckFailedException:
        return None
    return int(updated["Attributes"]["used"]["N"])

"""Secrets that commands change: those of a running stack, or of the account that the environment names."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.stack.errors import StackError
from infra.stack.state import running_stack

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import GetSecretValueResponseTypeDef


class SecretStore:
    """A secrets store, by names of secrets; each of them is a JSON object."""

    def __init__(self, name: str, *, in_aws: bool) -> None:
        self._client = _client(name, in_aws=in_aws)

    def read(self, secret: str) -> str:
        """The text of a secret. Raises StackError when it is not there or cannot be read."""
        return self._value(secret)["SecretString"]

    def since(self, secret: str) -> datetime:
        """When the value of now was put there. Raises StackError like `read`."""
        return self._value(secret)["CreatedDate"]

    def _value(self, secret: str) -> "GetSecretValueResponseTypeDef":
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads slowly

        try:
            return self._client.get_secret_value(SecretId=secret)
        except (BotoCoreError, ClientError) as error:
            raise StackError(f"the secret {secret} cannot be read ({_reason(error)})") from None

    def write(self, secret: str, value: dict[str, Any]) -> None:
        """Put a new version of a secret that is there; the store keeps the one before. StackError when it refuses."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - loads slowly

        try:
            self._client.put_secret_value(SecretId=secret, SecretString=json.dumps(value))
        except (BotoCoreError, ClientError) as error:
            raise StackError(f"the secret {secret} cannot be written ({_reason(error)})") from None


def _client(name: str, *, in_aws: bool) -> "SecretsManagerClient":
    if in_aws:
        from functions.aws import secretsmanager  # noqa: PLC0415 - loads slowly

        return secretsmanager()
    from infra.aws import StackClients  # noqa: PLC0415

    return StackClients(running_stack(name).aws_endpoint).secretsmanager


def _reason(error: Exception) -> str:
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)

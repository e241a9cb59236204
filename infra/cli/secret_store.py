"""Secrets that commands change: those of a running stack, or of the account that the environment names."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from infra.stack.state import running_stack

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretStore:
    """A secrets store, by names of secrets; each of them is a JSON object."""

    def __init__(self, name: str, *, in_aws: bool) -> None:
        self._client = _client(name, in_aws=in_aws)

    def read(self, secret: str) -> str:
        """The text of a secret. Raises botocore's errors when it is not there or cannot be read."""
        return self._client.get_secret_value(SecretId=secret)["SecretString"]

    def since(self, secret: str) -> datetime:
        """When the value of now was put there. Raises like `read`."""
        return self._client.get_secret_value(SecretId=secret)["CreatedDate"]

    def write(self, secret: str, value: dict[str, Any]) -> None:
        """Put a new version of a secret that is there; the store keeps the one before. Raises like `read`."""
        self._client.put_secret_value(SecretId=secret, SecretString=json.dumps(value))


def _client(name: str, *, in_aws: bool) -> "SecretsManagerClient":
    if in_aws:
        from functions.aws import secretsmanager  # noqa: PLC0415 - loads slowly

        return secretsmanager()
    from infra.aws import StackClients  # noqa: PLC0415

    return StackClients(running_stack(name).aws_endpoint).secretsmanager

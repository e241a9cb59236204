"""What the stack needs of AWS: the resources of template.yaml, and the secrets: keys and the codec server's users."""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from events.values import utc_now
from functions.payloads.models import Cipher, PayloadKey, PayloadKeys
from functions.settings import Settings, settings
from infra.aws import StackClients
from infra.codec_server.users import demo_users
from infra.generate.parties import Partner, demo_partners
from infra.stack.errors import StackError
from infra.stack.signing_key import new_signing_secret

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
STACK_NAME = "sandan"
_KEY_BYTES = 32
_POLL_SECONDS = 0.02
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Provisioned:
    """The partners' secrets by partner id, the certificate (PEM) of our signing key, the codec server's tokens."""

    partners: dict[str, dict[str, Any]]
    certificate: str
    codec_tokens: dict[str, str]


def provision(clients: StackClients) -> Provisioned:
    """Deploy the template and put the secrets, unless they are there already.

    A partner's secret is what the gateway reads as `functions.gateway.partners.Partner`, its `key` in Base64.

    Raises StackError when AWS cannot be reached or the deployment fails.
    """
    names = Settings()
    try:
        deploy_template(clients)
        signing = _secret(clients, names.signing_secret, partial(new_signing_secret, names.own_name))
        _secret(clients, names.buyers_secret, _random_key)
        _secret(clients, names.payload_keys_secret, _payload_keys)
        users = _secret(clients, names.codec_users_secret, demo_users)
        tokens = {name: user["token"] for name, user in users.items()}
        return Provisioned(_partners(clients, names.partner_secrets), signing["certificate_pem"], tokens)
    except BotoCoreError as error:
        raise StackError(f"AWS does not do what the stack needs: {error}") from error


def deploy_template(clients: StackClients) -> None:
    """Create the resources, or bring existing ones to what the template says now. StackError with what failed."""
    body = TEMPLATE.read_text()
    try:
        clients.cloudformation.create_stack(StackName=STACK_NAME, TemplateBody=body)
    except clients.cloudformation.exceptions.AlreadyExistsException:
        try:
            clients.cloudformation.update_stack(StackName=STACK_NAME, TemplateBody=body)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    status = _settled(clients)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StackError(f"the resources of {TEMPLATE.name} could not be made ({status}):\n{_failures(clients)}")


def _partners(clients: StackClients, prefix: str) -> dict[str, dict[str, Any]]:
    return {
        partner.partner_id: _secret(clients, f"{prefix}{partner.partner_id}", partial(_partner_secret, partner))
        for partner in demo_partners()
    }


def _partner_secret(partner: Partner) -> dict[str, Any]:
    return {**partner.model_dump(mode="json", include={"name", "roles", "codes"}), **_random_key()}


def _random_key() -> dict[str, Any]:
    return {"key": base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}


def _payload_keys() -> dict[str, Any]:
    """One key, of the cipher that the setting names."""
    cipher = Cipher(settings().payload_cipher)
    first = PayloadKey.new(f"{utc_now():%Y%m%d}-1", cipher)
    return PayloadKeys(write=first.id, keys=(first,)).model_dump(mode="json")


def _secret(clients: StackClients, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The secret under that name, made when it is not there (a stack that persists keeps its keys)."""
    try:
        kept = clients.secretsmanager.get_secret_value(SecretId=name)["SecretString"]
    except clients.secretsmanager.exceptions.ResourceNotFoundException:
        made = make()
        clients.secretsmanager.create_secret(Name=name, SecretString=json.dumps(made, ensure_ascii=False))
        return made
    found: dict[str, Any] = json.loads(kept)
    return found


def _settled(clients: StackClients) -> str:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        (stack,) = clients.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            return stack["StackStatus"]
        time.sleep(_POLL_SECONDS)


def _failures(clients: StackClients) -> str:
    events = clients.cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    return "\n".join(
        f"  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event.get("ResourceStatus", "").endswith("FAILED")
    )

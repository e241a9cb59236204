"""What the stack needs of AWS: the resources of template.yaml, and the secrets: keys and the codec server's users."""

import base64
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from events.values import utc_now
from functions.payloads.models import Cipher, PayloadKey, PayloadKeys, new_key_id
from functions.settings import MOST_PER_SECOND, Settings, settings
from infra.aws import StackClients
from infra.codec_server.users import demo_users
from infra.generate.parties import Partner, demo_partners
from infra.stack.errors import StackError
from infra.stack.lambdas import Lambdas
from infra.stack.signing_key import new_signing_secret
from infra.stack.template import TEMPLATE, data_resources

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import CapabilityType
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

STACK_NAME = "sandan"
_CAPABILITIES: Sequence["CapabilityType"] = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
_KEY_BYTES = 32
_POLL_SECONDS = 0.02
_TIMEOUT_SECONDS = 60


class _Template(TypedDict, total=False):
    TemplateURL: str
    TemplateBody: str


@dataclass(frozen=True)
class Provisioned:
    """The partners' secrets by partner id, the certificate (PEM) of our signing key, the codec server's tokens.

    `api_id` and `worker_arn` are there where the gateway and the worker are Lambdas.
    """

    partners: dict[str, dict[str, Any]]
    certificate: str
    codec_tokens: dict[str, str]
    api_id: str | None
    worker_arn: str | None


def provision(clients: StackClients, lambdas: Lambdas | None) -> Provisioned:
    """Deploy the template, with the functions where they are to be Lambdas, and put the secrets that have no value.

    A partner's secret is what the gateway reads as `functions.gateway.partners.Partner`, its `key` in Base64.

    Raises StackError when AWS cannot be reached or the deployment fails.
    """
    names = Settings()
    try:
        outputs = deploy_template(clients, lambdas)
        signing = _secret(clients, names.signing_secret, partial(new_signing_secret, names.own_name))
        _secret(clients, names.buyers_secret, _random_key)
        _secret(clients, names.payload_keys_secret, _payload_keys)
        users = _secret(clients, names.codec_users_secret, demo_users)
        tokens = {name: user["token"] for name, user in users.items()}
        partners = _partners(clients, names.partner_secrets)
        return Provisioned(
            partners, signing["certificate_pem"], tokens, outputs.get("ApiId"), outputs.get("WorkerVersionArn")
        )
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StackError(f"AWS does not do what the stack needs: {error}") from error


def deploy_template(clients: StackClients, lambdas: Lambdas | None) -> dict[str, str]:
    """Create the resources, or bring existing ones to what the template says now; the outputs.

    Raises StackError with what failed.
    """
    template: _Template = {"TemplateURL": lambdas.upload(clients)} if lambdas else {"TemplateBody": data_resources()}
    given: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value}
        for name, value in (lambdas.parameters if lambdas else {}).items()
    ]
    stacks = clients.cloudformation
    try:
        stacks.create_stack(StackName=STACK_NAME, **template, Parameters=given, Capabilities=_CAPABILITIES)
    except stacks.exceptions.AlreadyExistsException:
        try:
            stacks.update_stack(StackName=STACK_NAME, **template, Parameters=given, Capabilities=_CAPABILITIES)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    settled = _settled(clients)
    if settled["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise StackError(
            f"the resources of {TEMPLATE.name} could not be made ({settled['StackStatus']}):\n{_failures(clients)}"
        )
    return {output["OutputKey"]: output["OutputValue"] for output in settled.get("Outputs", [])}


def _partners(clients: StackClients, prefix: str) -> dict[str, dict[str, Any]]:
    return {
        partner.partner_id: _secret(clients, f"{prefix}{partner.partner_id}", partial(_partner_secret, partner))
        for partner in demo_partners()
    }


def _partner_secret(partner: Partner) -> dict[str, Any]:
    known = partner.model_dump(mode="json", include={"name", "roles", "codes"})
    return {**known, **_random_key(), "requests_per_second": MOST_PER_SECOND}


def _random_key() -> dict[str, Any]:
    return {"key": base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}


def _payload_keys() -> dict[str, Any]:
    """One key, of the cipher that the setting names."""
    cipher = Cipher(settings().payload_cipher)
    first = PayloadKey.new(new_key_id(utc_now()), cipher)
    return PayloadKeys(write=first.id, keys=(first,)).model_dump(mode="json")


def _secret(clients: StackClients, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The value of the secret, made when it has none yet (a stack that persists keeps its keys)."""
    store = clients.secretsmanager
    try:
        kept = store.get_secret_value(SecretId=name)["SecretString"]
    except store.exceptions.ResourceNotFoundException:
        kept = ""
    if kept:
        found: dict[str, Any] = json.loads(kept)
        return found
    made = make()
    value = json.dumps(made, ensure_ascii=False)
    try:
        store.put_secret_value(SecretId=name, SecretString=value)  # the template has it, without a value
    except store.exceptions.ResourceNotFoundException:
        store.create_secret(Name=name, SecretString=value)
    return made


def _settled(clients: StackClients) -> "StackTypeDef":
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        (stack,) = clients.cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            return stack
        time.sleep(_POLL_SECONDS)


def _failures(clients: StackClients) -> str:
    events = clients.cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    return "\n".join(
        f"  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in events
        if event.get("ResourceStatus", "").endswith("FAILED")
    )

"""What each policy of the template may give, right by right, and a look at a template for whatever else it gives.

The list is kept by hand: a right that is new stands here and in the template, or the look finds it.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from functions.bus import OWN_SOURCE
from functions.dispatch.record import GATEWAY_SOURCE


class Right(NamedTuple):
    """One action on one resource. `condition` is JSON; `principal` is empty where the policy hangs on a role."""

    action: str
    resource: str
    condition: str = ""
    principal: str = ""
    effect: str = "Allow"


def complaints(template: dict[str, Any]) -> list[str]:
    """What a parsed template gives beside the rights in this module, or takes of them; each names its resource."""
    unknown = template["Globals"]["Function"].keys() - _PLAIN_KEYS
    found = [f"Globals: {key} may give rights to all functions" for key in unknown]
    resources: dict[str, dict[str, Any]] = template["Resources"]
    for name, one in resources.items():
        found += [f"{name}: {problem}" for problem in _problems(name, one)]
    return found + [f"{name}: is gone, and its rights are listed" for name in RIGHTS if name not in resources]


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every statement of every policy, wherever it stands."""
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from statements(inner)


def listed(value: Any) -> list[Any]:
    """A value that may stand alone or in a list."""
    return value if isinstance(value, list) else [value]


def rights(properties: dict[str, Any]) -> set[Right]:
    """Every right that the statements of a resource give or deny, and that of a Lambda permission."""
    given = {
        Right(action, _text(resource), _condition(statement), _text(principal), statement["Effect"])
        for statement in statements(properties)
        for action in listed(statement.get("Action", []))
        for resource in listed(statement.get("Resource", ""))
        for principal in _principals(statement)
    }
    if "SourceArn" in properties:
        source = json.dumps({"SourceArn": _text(properties["SourceArn"])})
        permitted = properties["Action"], _text(properties["FunctionName"]), source, properties["Principal"]
        given.add(Right(*permitted))
    return given


def _problems(name: str, one: dict[str, Any]) -> Iterator[str]:
    properties = one["Properties"]
    for key in _unknown_keys(name, one):
        yield f"{key} may give rights that are not in its policy"
    if one["Type"] == "AWS::Serverless::Function":
        policies, managed = listed(properties.get("Policies", [])), MANAGED.get(name, set())
        others = {_text(one) for one in policies if not isinstance(one, dict) or one.keys() - {"Version", "Statement"}}
        for policy in sorted(others - managed):
            yield f"has the policy {policy}, which is not its own"
        for policy in sorted(managed - others):
            yield f"lacks the policy {policy}"
    for statement in statements(properties):
        yield from _too_open(statement)
    yield from _not_as_listed(one, rights(properties), RIGHTS.get(name, set()))


def _too_open(statement: dict[str, Any]) -> Iterator[str]:
    for key in statement.keys() - _STATEMENT_KEYS:
        yield f"{key} says everything but what it names"
    if statement["Effect"] != "Deny" and any("*" in _text(one) for one in _principals(statement)):
        yield f"{_text(statement.get('Action'))} is open to the principal *"


def _not_as_listed(one: dict[str, Any], given: set[Right], wanted: set[Right]) -> Iterator[str]:
    for right in sorted(given - wanted):
        yield f"gives what is not listed: {right}"
    for right in sorted(wanted - given):
        yield f"lacks what is listed: {right}"
    wild = [right for right in given if {"*", "?"} & set(right.action + right.resource)]
    wild += [right for right in given if "SourceArn" in right.condition and "*" in right.condition]
    if bool(wild) != bool(one.get("Metadata", {}).get("Wildcards")):
        yield f"Metadata.Wildcards gives the reason of what it has not, or has none of {sorted(wild)}"


def _unknown_keys(name: str, one: dict[str, Any]) -> set[str]:
    kind: str = one["Type"]
    properties: dict[str, Any] = one["Properties"]
    attributes = {"Connectors"} & one.keys()
    if kind == "AWS::Serverless::Function":
        late: set[str] = properties.get("EventInvokeConfig", {}).keys() - {
            "MaximumEventAgeInSeconds",
            "MaximumRetryAttempts",
        }
        own = {"EventInvokeConfig", "FunctionName", "Policies"}
        own |= {"VpcConfig"} if "NetworkPolicy" in MANAGED.get(name, set()) else set()
        return attributes | late | (properties.keys() - _PLAIN_KEYS - own)
    if kind.startswith("AWS::IAM::"):
        return attributes | properties.keys() - _IAM_KEYS.get(kind, set())
    return attributes | ({kind} if kind in {"AWS::Serverless::Connector", "AWS::Lambda::Url"} else set())


def _principals(statement: dict[str, Any]) -> list[Any]:
    """Those of a statement; `*` for everybody, "" for who has the policy."""
    principal = statement.get("Principal", "")
    if isinstance(principal, dict) and not principal.keys() & {"Ref", "Fn::Sub"}:
        return [one for kind in principal.values() for one in listed(kind)]
    return listed(principal)


def _condition(statement: dict[str, Any]) -> str:
    return json.dumps(statement["Condition"], sort_keys=True) if "Condition" in statement else ""


def _text(value: Any) -> str:
    """A name or pattern as the template has it: `IntakeTable.Arn`, `BuyersSecret`, `${ArchiveBucket.Arn}/inbox/*`."""
    match value:
        case str():
            return value
        case {"Ref": str(name)} | {"Fn::Sub": str(name)}:
            return name
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
    return json.dumps(value, sort_keys=True)


def _may(actions: str, *resources: str, when: Any = None) -> set[Right]:
    """Rights of `dynamodb:GetItem PutItem`: the service once, then actions."""
    service, _, names = actions.partition(":")
    condition = json.dumps(when, sort_keys=True) if when else ""
    return {Right(f"{service}:{name}", one, condition) for name in names.split() for one in resources}


def _secrets(*names: str) -> set[Right]:
    return _may("secretsmanager:GetSecretValue", *names)


def _says(source: str, bus: str = "Bus.Arn") -> set[Right]:
    return _may("events:PutEvents", bus, when={"ForAllValues:StringEquals": {"events:source": source}})


_PLAIN_KEYS = {
    *("Architectures", "CodeUri", "Environment", "Handler", "Layers", "LoggingConfig", "MemorySize", "Runtime"),
    *("Tags", "Timeout", "Tracing"),
}
_IAM_KEYS = {
    "AWS::IAM::ManagedPolicy": {"Description", "PolicyDocument"},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument", "Policies", "Tags"},
}
_STATEMENT_KEYS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
_ACCOUNT = "${AWS::Region}:${AWS::AccountId}"
_NAMED = f"arn:${{AWS::Partition}}:secretsmanager:{_ACCOUNT}:secret:${{Prefix}}"
_ORDERS = "${ArchiveBucket.Arn}/orders/*"
_INBOX = "${ArchiveBucket.Arn}/inbox/*"
_OPENS = _may("kms:Decrypt", "DataKey.Arn")
_SEALS = _may("kms:Decrypt GenerateDataKey", "DataKey.Arn")
_INTAKE = _may("dynamodb:GetItem PutItem UpdateItem DeleteItem", "IntakeTable.Arn")
_KEYS = _may("dynamodb:GetItem UpdateItem", "DataKeysTable.Arn")
_STANDS = _may("dynamodb:GetItem PutItem", "OrdersTable.Arn")
_PAYMENT_DATA = _may("dynamodb:GetItem PutItem UpdateItem", "PaymentDataTable.Arn")
_BOOKS = _may(
    "dynamodb:BatchGetItem GetItem PutItem UpdateItem Query Scan", "LedgerTable.Arn", "${LedgerTable.Arn}/index/due"
)
_OF_RULE = json.dumps({"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["DocumentsRule", "Arn"]}}})
_OPERATOR = {"Fn::If": ["WithOperator", {"Ref": "OperatorRole"}, {"Fn::GetAtt": ["DocumentsRule", "Arn"]}]}
_NOT_OF_RULE = json.dumps(
    {
        "ArnNotEquals": {"aws:SourceArn": {"Fn::GetAtt": ["DocumentsRule", "Arn"]}},
        "ArnNotLike": {"aws:PrincipalArn": _OPERATOR},
    }
)
_NOT_THE_GATEWAY = json.dumps(
    {
        "ArnNotLike": {"aws:PrincipalArn": {"Fn::GetAtt": ["GatewayFunctionRole", "Arn"]}},
        "ForAnyValue:StringEquals": {"events:source": GATEWAY_SOURCE},
    }
)
_OF_OUR_CODE = json.dumps(
    {
        "ArnLike": {
            "lambda:SourceFunctionArn": {"Fn::Sub": f"arn:${{AWS::Partition}}:lambda:{_ACCOUNT}:function:${{Prefix}}-*"}
        }
    }
)
_UNENCRYPTED = json.dumps({"Bool": {"aws:SecureTransport": "false"}})
_OF_PARTNERS = json.dumps({"SourceArn": f"arn:${{AWS::Partition}}:execute-api:{_ACCOUNT}:${{Api}}/*"})
_OF_TEMPORAL = json.dumps({"StringEquals": {"sts:ExternalId": {"Ref": "TemporalExternalId"}}})
_OWN_BUS = f"arn:${{AWS::Partition}}:events:{_ACCOUNT}:event-bus/${{Prefix}}"

_CAPABILITIES: dict[str, set[Right]] = {
    "DeclarationFunction": _INTAKE | _secrets("SigningSecret") | _OPENS,
    "DossierFunction": _may("s3:PutObject", _ORDERS)
    | _KEYS
    | _may("dynamodb:PutItem UpdateItem", "RetentionTable.Arn")
    | _secrets("PayloadKeysSecret", "BuyersSecret")
    | _SEALS,
    "IntakeFunction": _INTAKE,
    "LedgerFunction": _BOOKS | _secrets("BuyersSecret") | _OPENS | _says(OWN_SOURCE),
    "MatchingFunction": set(),
    "OrdersFunction": _STANDS | _says(OWN_SOURCE),
    "PaymentDataFunction": _PAYMENT_DATA
    | _KEYS
    | _secrets("SigningSecret", "PayloadKeysSecret", f"{_NAMED}/signing/*")
    | _OPENS
    | _says(OWN_SOURCE),
    "PolicyFunction": set(),
    "RefundFunction": _secrets("SigningSecret") | _OPENS,
    "ReturnsFunction": _says(OWN_SOURCE),
    "TaxFunction": set(),
    "TaxPaymentFunction": _BOOKS | _secrets("BuyersSecret", "SigningSecret") | _OPENS | _says(OWN_SOURCE),
}

_REACHING_OUT = ("Declaration", "Dispatch", "PaymentData", "Refund", "TaxPayment", "Worker")

MANAGED: dict[str, set[str]] = {f"{name}Function": {"NetworkPolicy"} for name in _REACHING_OUT}
MANAGED["WorkerFunction"] |= {"WorkerPolicy"}
"""Which function has which policies that stand by themselves."""

RIGHTS: dict[str, set[Right]] = _CAPABILITIES | {
    "GatewayFunction": _INTAKE
    | _may("dynamodb:GetItem", "OrdersTable.Arn")
    | _may("dynamodb:PutItem UpdateItem", "ReplayTable.Arn")
    | _secrets(f"{_NAMED}/partners/*")
    | _may("s3:PutObject", _INBOX)
    | _SEALS
    | _says(GATEWAY_SOURCE, _OWN_BUS),
    "DispatchFunction": _may(
        "sqs:ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes GetQueueUrl", "DocumentsQueue.Arn"
    )
    | _may("sqs:GetQueueUrl SendMessage", "DocumentsDeadLetters.Arn")
    | _INTAKE
    | _STANDS
    | _PAYMENT_DATA
    | _KEYS
    | _may("s3:GetObject", _INBOX)
    | _may("s3:ListBucket", "ArchiveBucket.Arn", when={"StringLike": {"s3:prefix": "inbox/*"}})
    | _may("s3:PutObject", _ORDERS)
    | _secrets("PayloadKeysSecret", "TemporalSecret")
    | _SEALS
    | _says(OWN_SOURCE),
    # in its own process the worker is all capabilities, and neither door
    "WorkerPolicy": set().union(*_CAPABILITIES.values()) | _secrets("TemporalSecret"),
    "CallingWorkerPolicy": _may("lambda:InvokeFunction", *(f"{name}.Arn" for name in _CAPABILITIES))
    | _KEYS  # it seals and reads payloads itself
    | _secrets("PayloadKeysSecret", "TemporalSecret")
    | _OPENS,
    "NetworkPolicy": {
        Right(f"ec2:{action}", "*", _OF_OUR_CODE, effect="Deny")
        for action in (
            *("AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface"),
            *("DescribeNetworkInterfaces", "DescribeSubnets", "UnassignPrivateIpAddresses"),
        )
    },
    "CodecServerPolicy": _secrets("PayloadKeysSecret", "CodecUsersSecret")
    | _may("dynamodb:GetItem", "DataKeysTable.Arn")
    | _OPENS,
    "RetentionPolicy": _may("dynamodb:GetItem UpdateItem Scan", "DataKeysTable.Arn")
    | _may("dynamodb:ConditionCheckItem GetItem PutItem UpdateItem Query Scan", "RetentionTable.Arn")
    | _may(
        "dynamodb:DeleteItem",
        "RetentionTable.Arn",
        when={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["orders-of#*"]}},
    )
    | _STANDS
    | _may("dynamodb:DeleteItem", "PaymentDataTable.Arn")
    | _may("s3:GetObject", _ORDERS)
    | _may("s3:ListBucket", "ArchiveBucket.Arn")
    | _secrets("PayloadKeysSecret", "TemporalSecret")
    | _OPENS,
    "TemporalRole": _may("lambda:GetFunction InvokeFunction", "WorkerFunction.Arn", "${WorkerFunction.Arn}:*")
    | {Right("sts:AssumeRole", "", _OF_TEMPORAL, "TemporalPrincipals")},
    "DataKey": {Right("kms:*", "*", principal="arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
    "ArchivePolicy": {
        Right("s3:*", one, _UNENCRYPTED, "*", "Deny") for one in ("ArchiveBucket.Arn", "${ArchiveBucket.Arn}/*")
    },
    "Bus": {Right("events:PutEvents", _OWN_BUS, _NOT_THE_GATEWAY, "*", "Deny")},
    "QueuesPolicy": {
        Right("sqs:SendMessage", "DocumentsQueue.Arn", _OF_RULE, "events.amazonaws.com"),
        Right("sqs:SendMessage", "DocumentsDeadLetters.Arn", _OF_RULE, "events.amazonaws.com"),
        Right("sqs:SendMessage", "DocumentsQueue.Arn", _NOT_OF_RULE, "*", "Deny"),
    },
    "ApiMayCallGateway": {Right("lambda:InvokeFunction", "GatewayFunction", _OF_PARTNERS, "apigateway.amazonaws.com")},
}

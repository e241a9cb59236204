"""What the template promises of the functions: one for each capability, what each may do, what is watched."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions.bus import OWN_SOURCE
from functions.dispatch.record import GATEWAY_SOURCE
from functions.settings import MOST_PER_SECOND, Settings
from infra.lambda_worker import GRACE, LEFT_AT_THE_END
from infra.stack.lambdas import CAPABILITIES
from infra.stack.template import CODE_CONDITIONS, data_resources, parse, whole

DOORS = {"gateway", "dispatch", "worker"}
TABLES = {
    "IntakeTable",
    "OrdersTable",
    "LedgerTable",
    "PaymentDataTable",
    "ReplayTable",
    "DataKeysTable",
    "RetentionTable",
}
OWN_TABLES = {
    "intake": {"IntakeTable"},
    "ledger": {"LedgerTable"},
    "orders": {"OrdersTable"},
    "payment-data": {"PaymentDataTable", "DataKeysTable"},
    "dossier": {"DataKeysTable", "RetentionTable"},  # seals with the order's key, notes its end
    "declaration": {"IntakeTable"},  # notes which receipts to expect
    "tax-payment": {"LedgerTable"},  # the books of its payments
    "gateway": {"IntakeTable", "OrdersTable", "ReplayTable"},
    "dispatch": {"IntakeTable", "OrdersTable", "PaymentDataTable", "DataKeysTable"},
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The whole template."""
    return parse(whole())


@pytest.fixture(scope="module")
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The functions by their name without the prefix."""
    found = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    return {one["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${Prefix}-"): one for one in found}


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every statement of every policy, wherever it stands."""
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from _statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements(inner)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_there_is_one_function_for_each_capability_and_door(functions: dict[str, dict[str, Any]]) -> None:
    assert set(functions) == {name.replace("_", "-") for name in CAPABILITIES} | DOORS
    for name, function in functions.items():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables.get("SANDAN_CAPABILITY") == (None if name in DOORS else name.replace("-", "_"))


def test_wildcards_have_their_reason(template: dict[str, Any]) -> None:
    """No action or resource with * or ? but where `Metadata.Wildcards` says why; and no reason without a wildcard."""
    for name, one in template["Resources"].items():
        patterns = [
            pattern
            for statement in _statements(one["Properties"])
            for pattern in (*_listed(statement["Action"]), *_listed(statement.get("Resource", [])))
        ]
        patterns += [one["Properties"]["SourceArn"]] if "SourceArn" in one["Properties"] else []
        wild = [pattern for pattern in patterns if "*" in json.dumps(pattern) or "?" in json.dumps(pattern)]
        assert bool(wild) == bool(one.get("Metadata", {}).get("Wildcards")), (name, wild)


def test_a_function_reaches_no_table_but_those_that_its_code_writes_or_reads(
    functions: dict[str, dict[str, Any]],
) -> None:
    for name, function in functions.items():
        text = json.dumps(function["Properties"].get("Policies", []))
        assert {table for table in TABLES if f'"{table}"' in text} == OWN_TABLES.get(name, set()), name


def _rights(value: Any) -> set[tuple[str, str]]:
    """Every action with every resource that something is allowed."""
    return {
        (action, json.dumps(resource, sort_keys=True))
        for statement in _statements(value)
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }


_SEALS = ("GetItem", "UpdateItem")


def _of_secrets(names: set[str]) -> set[tuple[str, str]]:
    return {("secretsmanager:GetSecretValue", json.dumps({"Ref": name})) for name in names}


def test_the_worker_may_what_the_functions_may_and_read_what_temporal_wants(
    template: dict[str, Any], functions: dict[str, dict[str, Any]]
) -> None:
    """In its own process it is all capabilities, and neither door."""
    wanted = {right for name, one in functions.items() if name not in DOORS for right in _rights(one["Properties"])}
    wanted |= _of_secrets({"PayloadKeysSecret", "TemporalSecret"})
    assert _rights(template["Resources"]["WorkerPolicy"]["Properties"]) == wanted


def test_a_worker_that_calls_lambdas_may_call_each_of_them_and_little_else(template: dict[str, Any]) -> None:
    declared = [name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"]
    calls = {
        ("lambda:InvokeFunction", json.dumps({"Fn::GetAtt": [name, "Arn"]}))
        for name in declared
        if name not in {"GatewayFunction", "DispatchFunction", "WorkerFunction"}
    }
    keys = _of_secrets({"PayloadKeysSecret", "TemporalSecret"})
    keys |= {(f"dynamodb:{action}", json.dumps({"Fn::GetAtt": ["DataKeysTable", "Arn"]})) for action in _SEALS}
    keys.add(("kms:Decrypt", json.dumps({"Fn::GetAtt": ["DataKey", "Arn"]})))
    assert _rights(template["Resources"]["CallingWorkerPolicy"]["Properties"]) == calls | keys


def test_the_codec_server_reads_two_secrets(template: dict[str, Any]) -> None:
    wanted = _of_secrets({"PayloadKeysSecret", "CodecUsersSecret"})
    wanted.add(("dynamodb:GetItem", json.dumps({"Fn::GetAtt": ["DataKeysTable", "Arn"]})))
    wanted.add(("kms:Decrypt", json.dumps({"Fn::GetAtt": ["DataKey", "Arn"]})))
    assert _rights(template["Resources"]["CodecServerPolicy"]["Properties"]) == wanted


def test_the_policies_of_processes_are_told(template: dict[str, Any]) -> None:
    policies = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::IAM::ManagedPolicy"}
    told = {one["Value"].get("Ref") for one in template["Outputs"].values()}
    assert policies == {"WorkerPolicy", "CallingWorkerPolicy", "CodecServerPolicy", "RetentionPolicy"} <= told


def test_everybody_says_on_the_bus_who_he_is(template: dict[str, Any]) -> None:
    """What the gateway accepted, only the gateway says; everything else of ours is `sandan.orders`."""
    for name, one in template["Resources"].items():
        for statement in _statements(one["Properties"]):
            if "events:PutEvents" not in _listed(statement["Action"]) or statement["Effect"] == "Deny":
                continue
            source = GATEWAY_SOURCE if name == "GatewayFunction" else OWN_SOURCE
            assert statement["Condition"] == {"ForAllValues:StringEquals": {"events:source": source}}, name
    (denied,) = _statements(template["Resources"]["Bus"]["Properties"])
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "events:PutEvents")
    assert denied["Condition"]["ForAnyValue:StringEquals"] == {"events:source": GATEWAY_SOURCE}
    assert "-GatewayFunctionRole-" in json.dumps(denied["Condition"]["ArnNotLike"])


def test_only_the_rule_puts_documents_into_their_queue(template: dict[str, Any]) -> None:
    """Whoever may send to queues could else pass for the gateway; who redrives dead letters is named."""
    rule = {"aws:SourceArn": {"Fn::GetAtt": ["DocumentsRule", "Arn"]}}
    statements = list(_statements(template["Resources"]["QueuesPolicy"]["Properties"]))
    allowed, denied = sorted(statements, key=lambda statement: str(statement["Effect"]))
    assert allowed["Condition"] == {"ArnEquals": rule}
    assert (denied["Effect"], denied["Principal"], denied["Resource"]) == (
        "Deny",
        "*",
        {"Fn::GetAtt": ["DocumentsQueue", "Arn"]},
    )
    assert denied["Condition"]["ArnNotEquals"] == rule
    assert denied["Condition"]["ArnNotLike"]["aws:PrincipalArn"]["Fn::If"][1] == {"Ref": "OperatorRole"}


def test_the_worker_has_the_same_rights_as_a_lambda_and_as_a_process(functions: dict[str, dict[str, Any]]) -> None:
    assert functions["worker"]["Properties"]["Policies"] == [{"Ref": "WorkerPolicy"}]


def test_the_worker_has_a_version_for_each_build_and_a_role_that_may_only_call_it(template: dict[str, Any]) -> None:
    version, role = template["Resources"]["WorkerVersion"], template["Resources"]["TemporalRole"]
    assert version["Properties"]["Description"] == {"Ref": "WorkerBuildId"}
    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")
    trusted, granted = _statements(role["Properties"])
    assert trusted["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "TemporalExternalId"}}}
    assert granted["Action"] == ["lambda:GetFunction", "lambda:InvokeFunction"]
    assert [json.dumps(one).count("WorkerFunction") for one in granted["Resource"]] == [1, 1]


def test_the_worker_lets_its_work_end_within_its_time(template: dict[str, Any]) -> None:
    """Half of the shortest time is left for work."""
    _, shortest, longest = template["Resources"]["WorkerFunction"]["Properties"]["Timeout"]["Fn::If"]
    assert GRACE.total_seconds() + LEFT_AT_THE_END.total_seconds() <= shortest / 2 < longest <= 900


def test_functions_may_not_administer(functions: dict[str, dict[str, Any]]) -> None:
    """Whoever breaks into a function finds no way to delete tables, change policies or read all secrets."""
    actions = {
        action
        for function in functions.values()
        for statement in _statements(function["Properties"])
        for action in _listed(statement["Action"])
    }
    assert {action.split(":")[0] for action in actions} == {"dynamodb", "events", "kms", "s3", "secretsmanager", "sqs"}
    allowed = ("Get", "BatchGet", "Put", "Update", "DeleteItem", "DeleteMessage", "Query", "Scan", "List", "Send")
    crypto = {"kms:Decrypt", "kms:GenerateDataKey", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"}
    assert {action for action in actions if not action.split(":")[1].startswith(allowed)} == crypto


def test_a_batch_fails_record_by_record_and_is_done_before_its_messages_come_again(template: dict[str, Any]) -> None:
    source = template["Resources"]["DispatchSource"]["Properties"]
    queue = template["Resources"]["DocumentsQueue"]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["MaximumBatchingWindowInSeconds"] >= 1
    assert source["BatchSize"] > 10
    assert queue["VisibilityTimeout"] >= template["Globals"]["Function"]["Timeout"]


def test_the_whole_door_takes_more_than_any_partner_may_send(template: dict[str, Any]) -> None:
    """Else one partner within its share would lock out the others."""
    throttled = template["Resources"]["ApiStage"]["Properties"]["DefaultRouteSettings"]
    assert throttled["ThrottlingRateLimit"] >= 2 * MOST_PER_SECOND >= 2 * Settings().partner_requests_per_second
    assert throttled["ThrottlingBurstLimit"] >= MOST_PER_SECOND


def test_every_function_is_watched_and_what_waits_too(template: dict[str, Any]) -> None:
    alarms = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    watched = {one["Dimensions"][0]["Value"].get("Ref") for one in alarms if one["MetricName"] == "Errors"}
    declared = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    assert watched == declared
    assert {one["MetricName"] for one in alarms} == {
        "Errors",
        "5xx",
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
    }
    for alarm in alarms:
        assert alarm["AlarmActions"]["Fn::If"][0] == "WithAlarmTopic"


def test_the_functions_are_told_every_resource_and_know_every_setting(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    known = {f"SANDAN_{name.upper()}" for name in Settings.model_fields}
    told = {name for name in variables if name.startswith("SANDAN_")}
    assert told <= known
    resources = {name for name in known if name.endswith(("_TABLE", "_QUEUE", "_BUCKET", "_SECRET", "_SECRETS"))}
    of_processes = {"SANDAN_CODEC_USERS_SECRET"}  # the codec server is no function
    assert resources - of_processes | {"SANDAN_BUS", "SANDAN_DOCUMENTS_DEAD_LETTERS"} <= told
    assert not of_processes & told


def test_the_payload_keys_are_for_who_seals_and_codec_users_for_no_function(
    functions: dict[str, dict[str, Any]],
) -> None:
    def readers(secret: str) -> set[str]:
        return {
            name
            for name, function in functions.items()
            if f'"{secret}"' in json.dumps(function["Properties"].get("Policies", []))
        }

    assert readers("PayloadKeysSecret") == {"dispatch", "dossier", "payment-data"}
    assert readers("TemporalSecret") == {"dispatch"}
    assert readers("CodecUsersSecret") == set()


def test_functions_make_and_read_keys_and_delete_nothing_there(functions: dict[str, dict[str, Any]]) -> None:
    """Nor do they read or delete what is on record of holds and shredding."""
    for name, function in functions.items():
        for statement in _statements(function["Properties"]):
            resources = json.dumps(statement["Resource"])
            if '"DataKeysTable"' in resources:
                assert set(_listed(statement["Action"])) == {"dynamodb:GetItem", "dynamodb:UpdateItem"}, name
            if '"RetentionTable"' in resources:
                assert set(_listed(statement["Action"])) == {"dynamodb:PutItem", "dynamodb:UpdateItem"}, name


def test_the_local_stack_gets_what_is_left_without_functions() -> None:
    """Nothing in it refers to what was left out."""
    made = json.loads(data_resources())
    assert not {"Transform", "Globals"} & set(made)
    kinds = {one["Type"] for one in made["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith(("AWS::Lambda", "AWS::Serverless", "AWS::ApiGateway"))}
    for section in ("Resources", "Outputs"):
        assert all(one.get("Condition") not in CODE_CONDITIONS for one in made[section].values())
    left = {name for name, one in parse(whole())["Resources"].items() if one.get("Condition") in CODE_CONDITIONS}
    text = json.dumps([made["Resources"], made["Outputs"]])
    assert not {name for name in left if f'"{name}"' in text}


def test_the_template_fits() -> None:
    """CloudFormation takes up to 1 MB from a bucket, where the tools put the whole, and 51,200 bytes in a request."""
    assert len(whole().encode()) <= 1_000_000
    assert len(data_resources().encode()) <= 51_200


def test_the_dashboard_shows_what_the_template_has(template: dict[str, Any]) -> None:
    """Each of its widgets parses, and each name in it is a resource."""
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    assert all(widget["properties"]["metrics"] for widget in widgets)
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([A-Za-z.:]+)\}", text)} - {"AWS::Region"}
    assert named <= set(template["Resources"])

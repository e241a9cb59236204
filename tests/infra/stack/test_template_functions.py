"""What the template promises of the functions: one for each capability, what each may do, what is watched."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from functions.settings import Settings
from infra.stack.lambdas import CAPABILITIES
from infra.stack.template import FUNCTIONS_CONDITION, data_resources, parse, whole

DOORS = {"gateway", "dispatch"}
TABLES = {"IntakeTable", "OrdersTable", "LedgerTable", "PaymentDataTable", "ReplayTable"}
OWN_TABLES = {
    "intake": {"IntakeTable"},
    "ledger": {"LedgerTable"},
    "orders": {"OrdersTable"},
    "payment-data": {"PaymentDataTable"},
    "declaration": {"IntakeTable"},  # notes which receipts to expect
    "tax-payment": {"LedgerTable"},  # the books of its payments
    "gateway": {"IntakeTable", "OrdersTable", "ReplayTable"},
    "dispatch": {"IntakeTable", "OrdersTable", "PaymentDataTable"},
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
            for pattern in (*_listed(statement["Action"]), *_listed(statement["Resource"]))
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
    crypto = {"kms:Decrypt", "kms:GenerateDataKey", "sqs:ReceiveMessage"}
    assert {action for action in actions if not action.split(":")[1].startswith(allowed)} == crypto


def test_a_batch_fails_record_by_record_and_is_done_before_its_messages_come_again(template: dict[str, Any]) -> None:
    source = template["Resources"]["DispatchSource"]["Properties"]
    queue = template["Resources"]["DocumentsQueue"]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["MaximumBatchingWindowInSeconds"] >= 1
    assert source["BatchSize"] > 10
    assert queue["VisibilityTimeout"] >= template["Globals"]["Function"]["Timeout"]


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


def test_the_payload_keys_are_for_who_speaks_to_temporal_and_codec_users_for_no_function(
    functions: dict[str, dict[str, Any]],
) -> None:
    def readers(secret: str) -> set[str]:
        return {
            name
            for name, function in functions.items()
            if f'"{secret}"' in json.dumps(function["Properties"].get("Policies", []))
        }

    assert readers("PayloadKeysSecret") == {"dispatch"}
    assert readers("CodecUsersSecret") == set()


def test_the_local_stack_gets_what_is_left_without_functions() -> None:
    """Nothing in it refers to what was left out."""
    made = json.loads(data_resources())
    assert not {"Transform", "Globals"} & set(made)
    kinds = {one["Type"] for one in made["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith(("AWS::Lambda", "AWS::Serverless", "AWS::ApiGateway"))}
    for section in ("Resources", "Outputs"):
        assert all(one.get("Condition") != FUNCTIONS_CONDITION for one in made[section].values())
    left = {name for name, one in parse(whole())["Resources"].items() if one.get("Condition") == FUNCTIONS_CONDITION}
    text = json.dumps([made["Resources"], made["Outputs"]])
    assert not {name for name in left if f'"{name}"' in text}


def test_the_template_fits() -> None:
    """CloudFormation takes at most a megabyte from a bucket, which is where `sandan deploy` puts it."""
    assert len(whole().encode()) <= 1_000_000


def test_the_dashboard_shows_what_the_template_has(template: dict[str, Any]) -> None:
    """Each of its widgets parses, and each name in it is a resource."""
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    assert all(widget["properties"]["metrics"] for widget in widgets)
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([A-Za-z.:]+)\}", text)} - {"AWS::Region"}
    assert named <= set(template["Resources"])

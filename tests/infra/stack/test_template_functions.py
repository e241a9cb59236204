"""What the template promises of the functions: one for each capability, what each may do, what is watched."""

import json
import re
from typing import Any

import pytest

from functions.settings import MOST_PER_SECOND, Settings
from infra.lambda_worker import GRACE, LEFT_AT_THE_END
from infra.stack.lambdas import CAPABILITIES
from infra.stack.template import CODE_CONDITIONS, TEMPLATE, data_resources, parse, whole
from tests.infra.stack.rights import listed, statements

DOORS = {"gateway", "dispatch", "worker"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The whole template."""
    return parse(whole())


@pytest.fixture(scope="module")
def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The functions by their name without the prefix."""
    found = [one for one in template["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    return {one["Properties"]["FunctionName"]["Fn::Sub"].removeprefix("${Prefix}-"): one for one in found}


def test_there_is_one_function_for_each_capability_and_door(functions: dict[str, dict[str, Any]]) -> None:
    assert set(functions) == {name.replace("_", "-") for name in CAPABILITIES} | DOORS
    for name, function in functions.items():
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables.get("SANDAN_CAPABILITY") == (None if name in DOORS else name.replace("-", "_"))


def test_the_policies_of_processes_are_told(template: dict[str, Any]) -> None:
    policies = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::IAM::ManagedPolicy"}
    policies.remove("NetworkPolicy")  # of functions alone
    told = {one["Value"].get("Ref") for one in template["Outputs"].values()}
    assert policies == {"WorkerPolicy", "CallingWorkerPolicy", "CodecServerPolicy", "RetentionPolicy"} <= told


def test_the_worker_has_a_version_for_each_build(template: dict[str, Any]) -> None:
    version = template["Resources"]["WorkerVersion"]
    assert version["Properties"]["Description"] == {"Ref": "WorkerBuildId"}
    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_worker_lets_its_work_end_within_its_time(template: dict[str, Any]) -> None:
    """Half of the shortest time is left for work."""
    _, shortest, longest = template["Resources"]["WorkerFunction"]["Properties"]["Timeout"]["Fn::If"]
    assert GRACE.total_seconds() + LEFT_AT_THE_END.total_seconds() <= shortest / 2 < longest <= 900


def test_functions_may_not_administer(functions: dict[str, dict[str, Any]]) -> None:
    """Whoever breaks into a function finds no way to delete tables, change policies or read all secrets."""
    actions = {
        action
        for function in functions.values()
        for statement in statements(function["Properties"])
        for action in listed(statement["Action"])
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
    assert throttled["ThrottlingRateLimit"] == {"Ref": "ApiRequestsPerSecond"}
    assert throttled["ThrottlingBurstLimit"] == {"Ref": "ApiBurst"}
    parameters = template["Parameters"]
    rate, burst = parameters["ApiRequestsPerSecond"]["Default"], parameters["ApiBurst"]["Default"]
    assert rate >= 2 * MOST_PER_SECOND >= 2 * Settings().partner_requests_per_second
    assert burst >= MOST_PER_SECOND


def test_the_bounds_that_the_guide_says_to_raise_are_parameters(template: dict[str, Any]) -> None:
    """And the guide names them with their defaults."""
    bound = template["Resources"]["DispatchSource"]["Properties"]["ScalingConfig"]["MaximumConcurrency"]
    assert bound == {"Fn::If": ["IsSmall", 2, {"Ref": "DispatchConcurrency"}]}
    guide = (TEMPLATE.parent / "docs" / "production.md").read_text()
    for name in ("DispatchConcurrency", "ApiRequestsPerSecond", "ApiBurst"):
        assert f"`{name}` ({template['Parameters'][name]['Default']:,})" in guide


def test_who_reaches_temporal_or_counterparties_can_stand_in_a_network_of_ones_own(
    functions: dict[str, dict[str, Any]], template: dict[str, Any]
) -> None:
    """Without subnets there is no such network; the others reach AWS alone, and stay out of it."""
    network = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}
    placed = {
        name: one["Properties"]["VpcConfig"] for name, one in functions.items() if "VpcConfig" in one["Properties"]
    }
    assert set(placed) == {"dispatch", "worker", "declaration", "payment-data", "refund", "tax-payment"}
    for one in placed.values():
        assert one == {"Fn::If": ["WithNetwork", network, {"Ref": "AWS::NoValue"}]}
    assert template["Parameters"]["SubnetIds"]["Default"] == template["Parameters"]["SecurityGroupIds"]["Default"] == ""


def test_every_parameter_has_its_place_in_the_guide(template: dict[str, Any]) -> None:
    guide = (TEMPLATE.parent / "docs" / "deployment.md").read_text()
    of_tools = {name for name in template["Parameters"] if name.endswith("Package")}  # the guide has them as `…Package`
    assert not {name for name in template["Parameters"].keys() - of_tools if f"`{name}`" not in guide}


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


def test_what_waits_is_watched_without_functions_too(template: dict[str, Any]) -> None:
    """The queues are there in any case, and so is what persons may do in them and in the archive."""
    for name in ("DeadLettersWait", "DocumentsAreLate", "RetentionPolicy"):
        assert "Condition" not in template["Resources"][name]
        assert name in json.loads(data_resources())["Resources"]
    assert "Condition" not in template["Outputs"]["RetentionPolicyArn"]


def test_each_alarm_has_an_entry_in_the_guide(template: dict[str, Any]) -> None:
    """A heading of its own, or one that it shares, and words below it."""
    guide = (TEMPLATE.parent / "docs" / "production.md").read_text()
    _, _, after = guide.partition("\n## What to do at each alarm\n")
    chapter, _, _ = after.partition("\n## ")
    entries = re.findall(r"^### ([a-z-]+(?:, [a-z-]+)*)\n\n(.+)", chapter, re.MULTILINE)
    told = [name for heading, _ in entries for name in heading.split(", ")]
    names = [
        one["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${Prefix}-")
        for one in template["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert sorted(told) == sorted(names)


def test_measurements_of_two_deployments_in_one_account_are_not_added(template: dict[str, Any]) -> None:
    own = template["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    assert own == {"Fn::Sub": "Sandan/${Prefix}"}
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    metrics = [metric for widget in json.loads(text)["widgets"] for metric in widget["properties"]["metrics"]]
    assert {metric[0] for metric in metrics if not metric[0].startswith("AWS/")} == {own["Fn::Sub"]}


def test_the_functions_are_told_every_resource_and_know_every_setting(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    known = {f"SANDAN_{name.upper()}" for name in Settings.model_fields}
    told = {name for name in variables if name.startswith("SANDAN_")}
    assert told <= known
    resources = {name for name in known if name.endswith(("_TABLE", "_QUEUE", "_BUCKET", "_SECRET", "_SECRETS"))}
    of_processes = {"SANDAN_CODEC_USERS_SECRET"}  # the codec server is no function
    assert resources - of_processes | {"SANDAN_BUS", "SANDAN_DOCUMENTS_DEAD_LETTERS"} <= told
    assert not of_processes & told


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
    """Each of its widgets parses, and each name in it is a resource or a parameter."""
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    assert all(widget["properties"]["metrics"] for widget in widgets)
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([A-Za-z.:]+)\}", text)} - {"AWS::Region"}
    assert named <= template["Resources"].keys() | template["Parameters"].keys()

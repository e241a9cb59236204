"""The commands of a deployment, and what is asked of its user."""

from pathlib import Path

import pytest

from infra.package.build import Packages, Target
from infra.package.deploying import Deployment
from infra.stack.template import parse, whole
from tests.infra.package.world import WORLD

PACKAGES = Packages(
    Target("3.12", "arm64", linux=True),
    Path("/p/functions-1.zip"),
    Path("/p/worker-4.zip"),
    Path("/p/dependencies-2.zip"),
    Path("/p/temporal-3.zip"),
)


def test_packages_go_first_and_the_template_is_told_where_they_lie() -> None:
    commands = Deployment("test", "bucket", PACKAGES, {**WORLD, "LogDays": "90"}).commands
    assert [command[:3] for command in commands] == [
        *[["aws", "s3", "cp"]] * 4,
        ["aws", "cloudformation", "deploy"],
        ["aws", "cloudformation", "describe-stacks"],
    ]
    assert commands[0][3:] == ["/p/functions-1.zip", "s3://bucket/functions-1.zip"]
    overrides = dict(pair.split("=", 1) for pair in commands[4][commands[4].index("--parameter-overrides") + 1 :])
    assert (
        overrides.items()
        >= {
            "Prefix": "sandan-test",
            "Functions": "yes",
            "FunctionsPackage": "functions-1.zip",
            "WorkerPackage": "worker-4.zip",
            "Runtime": "python3.12",
            "Architecture": "arm64",
            "LogDays": "90",
            **WORLD,
        }.items()
    )
    assert overrides.keys() <= parse(whole())["Parameters"].keys()


@pytest.mark.parametrize("name", ["Nonsense", "Functions", "PackagesBucket", "WorkerBuildId", "Runtime"])
def test_a_parameter_that_is_not_to_be_given_is_told_with_those_that_are(name: str) -> None:
    (problem,) = Deployment("test", "bucket", PACKAGES, {**WORLD, name: "x"}).problems
    assert problem.path == f"--set {name}"
    assert problem.message.startswith("is not a parameter to be given: those are AlarmTopic, ")


ROLE = {
    "ServerlessWorker": "yes",
    "TemporalPrincipals": "arn:aws:iam::111122223333:role/t",
    "TemporalExternalId": "abcde",
}


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ("TemporalPrincipals", ["TemporalExternalId: is of no use without --set TemporalPrincipals, the ARNs"]),
        ("TemporalExternalId", ["TemporalPrincipals: is of no use without --set TemporalExternalId, a word"]),
        (
            "ServerlessWorker",
            [
                "TemporalPrincipals: is of no use without --set ServerlessWorker=yes, which deploys the worker",
                "TemporalExternalId: is of no use without --set ServerlessWorker=yes, which deploys the worker",
            ],
        ),
        (None, []),
    ],
)
def test_a_role_that_nobody_could_use_is_refused(left_out: str | None, told: list[str]) -> None:
    given = {name: value for name, value in ROLE.items() if name != left_out}
    problems = Deployment("test", "bucket", PACKAGES, {**WORLD, **given}).problems
    assert len(problems) == len(told)
    assert all(
        f"{one.path}: {one.message}".startswith(f"--set {text}") for one, text in zip(problems, told, strict=True)
    )


def test_a_worker_as_a_lambda_may_have_a_role_of_the_users_own() -> None:
    assert Deployment("test", "bucket", PACKAGES, {**WORLD, "ServerlessWorker": "yes"}).problems == []


def test_addresses_of_the_local_stack_are_not_deployed() -> None:
    given = {"TemporalAddress": "temporal.internal:7233", "BankUrl": ""}
    missing = Deployment("test", "bucket", PACKAGES, given).missing
    assert [one.path for one in missing] == [
        "--set CustomsUrl=VALUE",
        "--set PaymentDataUrl=VALUE",
        "--set PaymentFirmUrl=VALUE",
        "--set BankUrl=VALUE",
    ]
    assert missing[0].message == (
        "is missing: where messages to customs are posted; example: --set CustomsUrl=https://customs.example/messages"
    )
    assert Deployment("test", "bucket", PACKAGES, WORLD).missing == []


def test_what_would_be_done_is_told_whatever_is_missing() -> None:
    """Given the stage alone, then the commands have names in brackets where there is nothing yet."""
    planned = Packages.plan(Path("/p"), PACKAGES.target)
    wanted = Deployment("test", None, planned, {})
    commands = [" ".join(command) for command in wanted.commands]
    assert commands[0] == "aws s3 cp /p/functions-<hash>.zip s3://<bucket>/functions-<hash>.zip"
    assert "CustomsUrl=<CustomsUrl>" in commands[4]
    assert "WorkerBuildId=<hash>" in commands[4]
    assert "Runtime=python3.12" in commands[4]
    assert len(commands) == 6


def _build(**given: str) -> str:
    return Deployment("test", "bucket", PACKAGES, {**WORLD, **given}).worker_build_id


def test_a_build_of_the_worker_is_its_code_and_what_it_is_told() -> None:
    """A version of a Lambda keeps the addresses that it was made with, so other addresses are another build."""
    assert _build() == _build(LogDays="90", TemporalExternalId="choose-one")
    assert len({_build(), _build(CustomsUrl="https://customs.example/other")}) == 2
    assert Deployment("test", "bucket", PACKAGES, WORLD).parameters["WorkerBuildId"] == _build()


def test_every_secret_that_has_no_value_yet_is_asked_for() -> None:
    """What CloudFormation makes without a value, a person has to put: none may be forgotten."""
    resources = parse(whole())["Resources"].values()
    secrets = [one["Properties"] for one in resources if one["Type"] == "AWS::SecretsManager::Secret"]
    empty = [one["Name"]["Fn::Sub"] for one in secrets if "GenerateSecretString" not in one]
    told = "\n".join(_steps(TemporalTls="yes"))
    assert len(empty) == 4
    for name in empty:
        assert f"put-secret-value --secret-id {name.replace('${Prefix}', 'sandan-test')} " in told


def _steps(**given: str) -> list[str]:
    return Deployment("test", "bucket", PACKAGES, {**WORLD, **given}).remarks


def test_the_steps_are_told_in_the_order_in_which_one_takes_them() -> None:
    """Keys before what needs them, the worker before the documents that it is to work on."""
    assert [step.split(",")[0].split(":")[0] for step in _steps(TemporalTls="yes")] == [
        "1. the payload keys",
        "2. the signing key",
        "3. what the Temporal server knows us by",
        "4. the worker",
        "5. the users of the codec server",
        "6. each partner",
    ]
    assert not any("sandan-test/temporal" in step for step in _steps())


def test_a_worker_that_is_a_process_runs_the_functions_itself_unless_it_is_told_otherwise() -> None:
    worker = _steps()[2].splitlines()
    assert "WorkerPolicyArn" in worker[0]
    assert "SANDAN_INVOKER=process, the default" in worker[2]
    assert worker[3].startswith("SANDAN_INVOKER=lambda SANDAN_FUNCTION_PREFIX=sandan-test and the policy Calling")


def test_it_is_told_how_temporal_comes_to_know_a_worker_that_is_a_lambda() -> None:
    assert _steps(**ROLE, TemporalTls="yes")[3].splitlines()[1] == (
        "SANDAN_TEMPORAL_ADDRESS=temporal.internal:7233 SANDAN_PAYLOAD_KEYS_SECRET=sandan-test/payload-keys "
        "SANDAN_WORKER_DEPLOYMENT=sandan-test SANDAN_TEMPORAL_TLS=yes SANDAN_TEMPORAL_SECRET=sandan-test/temporal "
        f"sandan worker-version add {_build(TemporalTls='yes')} --lambda WorkerVersionArn --role TemporalRoleArn "
        "--external-id abcde"
    )
    assert _steps(ServerlessWorker="yes", TemporalNamespace="n")[2].splitlines()[1] == (
        "SANDAN_TEMPORAL_ADDRESS=temporal.internal:7233 SANDAN_TEMPORAL_NAMESPACE=n "
        "SANDAN_PAYLOAD_KEYS_SECRET=sandan-test/payload-keys SANDAN_WORKER_DEPLOYMENT=sandan-test "
        f"sandan worker-version add {_build(TemporalNamespace='n')} --lambda WorkerVersionArn"
    )

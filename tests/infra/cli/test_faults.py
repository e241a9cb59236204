"""What went wrong outside is told in a sentence or two: who was asked for what, what came back, what to do."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from functions.aws import dynamodb
from functions.settings import settings
from infra.cli.faults import told
from infra.cli.main import application
from infra.stack import template
from infra.stack.errors import StackError


def _words(*arguments: str) -> str:
    """What the command ends with, exit code 2."""
    failed = CliRunner().invoke(application(arguments[0]), list(arguments)).exception
    assert isinstance(failed, Exception)
    words = told(failed)
    assert words, repr(failed)
    assert words[1] == 2
    return words[0]


def _without_account(line: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SANDAN_"))}
    alone = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "SANDAN_HOME": str(home)}
    command = [sys.executable, "-m", "infra.cli.main", *line.split()]
    return subprocess.run(
        command, env=inherited | alone | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "line", ["retention list --due", "dlq list", "payload-keys list", "ledger verify", "codec-server users"]
)
def test_without_a_region(line: str, tmp_path: Path) -> None:
    """Exit code 2: 1 would say that the books are not balanced."""
    done = _without_account(f"{line} --aws", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sandan: AWS: NoRegionError: You must specify a region\n"
        "say where: set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile with a region\n"
    )


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("ledger verify", "DynamoDB Scan of sandan-ledger at https://dynamodb.cn-north-1."),
        ("payload-keys list", "Secrets Manager GetSecretValue of sandan/payload-keys at https://"),
    ],
)
def test_without_credentials(line: str, asked: str, tmp_path: Path) -> None:
    """What was asked is named, and how to see who one is."""
    done = _without_account(f"{line} --aws", tmp_path, AWS_DEFAULT_REGION="cn-north-1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"sandan: {asked}")
    assert "NoCredentialsError: Unable to locate credentials\ncheck who you are with `aws sts" in done.stderr


@pytest.mark.parametrize(
    ("line", "variable", "asked"),
    [
        ("ledger verify", "LEDGER_TABLE", "DynamoDB Scan of sandan-tset-x"),
        ("retention list", "RETENTION_TABLE", "DynamoDB Scan of sandan-tset-x"),
        ("order show 3207SDPT01/A-1", "ORDERS_TABLE", "DynamoDB "),
        ("dlq list", "DOCUMENTS_DEAD_LETTERS", "SQS GetQueueUrl of sandan-tset-x"),
        ("payload-keys list", "PAYLOAD_KEYS_SECRET", "Secrets Manager GetSecretValue of sandan-tset-x"),
    ],
)
def test_a_name_of_another_stage(
    line: str, variable: str, asked: str, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a mistyped name, then it is told with the variable that says it."""
    monkeypatch.setenv(f"SANDAN_{variable}", "sandan-tset-x")
    settings.cache_clear()
    words = _words(*line.split(), "--aws")
    assert words.startswith(asked)
    assert f"check the name (SANDAN_{variable} says sandan-tset-x), the region and the account" in words


def test_the_tables_of_a_transaction_are_named(aws: None) -> None:
    """And not what would have been written."""
    put: Any = {"Put": {"TableName": "sandan-tset", "Item": {"pk": {"S": "secret"}, "sk": {"S": "x"}}}}
    with pytest.raises(dynamodb().exceptions.ResourceNotFoundException) as refused:
        dynamodb().transact_write_items(TransactItems=[put])
    words = told(refused.value)
    assert words
    assert words[0].startswith("DynamoDB TransactWriteItems of sandan-tset at ")
    assert "secret" not in words[0]


@pytest.mark.parametrize(
    ("line", "rpc"),
    [
        ("order list", "list_workflow_executions"),
        ("order cancel 3207SDPT01/A-1 --who op-1 --why test", "update_workflow_execution"),
        ("retention verify 3207SDPT01/A-1", "get_workflow_execution_history"),
        ("return show 3207SDPT01/A-1", "query_workflow"),
    ],
)
async def test_a_namespace_that_is_not_there(
    line: str, rpc: str, aws: None, temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a mistyped namespace, then it is not said that it knows no such order."""
    address = temporal.client.service_client.config.target_host
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("SANDAN_TEMPORAL_NAMESPACE", "nowhere")
    settings.cache_clear()
    words = await asyncio.to_thread(_words, *line.split(), "--aws")
    assert words.startswith(f"Temporal at {address}, {rpc}")
    assert " in namespace nowhere: NOT_FOUND: Namespace nowhere is not found\ncheck SANDAN_TEMPORAL_ADDRESS" in words


@pytest.mark.parametrize(
    ("variable", "value", "rule"),
    [
        ("PAYLOAD_CIPHER", "DES", "allowed: AES-256-GCM, SM4-GCM; by default AES-256-GCM"),
        ("PARTNER_REQUESTS_PER_SECOND", "5000", "allowed: at least 1, at most 900; by default 200"),
        ("PAYLOAD_KEYS_SECONDS", "0", "allowed: more than 0; by default 60.0"),
        ("WORKER_BUILD_ID", "a b", "allowed: of the form ^[A-Za-z0-9_.-]+$; by default local"),
        ("SIGNATURE_PROFILES", "rsa", "allowed: sm2-sm3, sm2-sha1, rsa-sha1; by default"),
    ],
)
def test_a_setting_that_is_wrong(
    variable: str, value: str, rule: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given such a setting, when a stack is to start, then nothing was started yet."""
    monkeypatch.setenv(f"SANDAN_{variable}", value)
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    settings.cache_clear()
    words = _words("up", "--name", "q")
    assert words.startswith(f"SANDAN_{variable}={value}: ")
    assert rule in words
    assert not list(tmp_path.iterdir())
    settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        (None, "No such file or directory"),
        ("Resources: [", "line 1"),
        ("Resources: {}", "has no Globals, Outputs, Transform"),
    ],
)
def test_a_template_that_cannot_be_read(
    text: str | None, told_of: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whole or in part: named, with what to do."""
    monkeypatch.setattr(template, "TEMPLATE", tmp_path / "template.yaml")
    if text:
        (tmp_path / "template.yaml").write_text(text)
    for read in (template.whole, template.data_resources):
        with pytest.raises(StackError, match=told_of) as refused:
            read()
        assert "put it back as it is in the repository" in str(refused.value)


def test_a_mistake_of_ours_is_none_of_these() -> None:
    """Its traceback stays."""
    assert told(KeyError("a bug")) is None
    assert told(OSError(13, "a bug")) is None

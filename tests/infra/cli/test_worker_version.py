"""`sandan worker-version`: what it refuses, and what a server that cannot call a Lambda says."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from functions.settings import settings
from infra.cli.main import application
from infra.stack.errors import StackError

ARN = "arn:aws:lambda:us-east-1:000000000000:function:sandan-worker:1"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Names the Temporal server."""

    def named(address: str) -> None:
        monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", address)
        settings.cache_clear()

    yield named
    settings.cache_clear()


def test_role_and_external_id_go_together() -> None:
    done = CliRunner().invoke(
        application("worker-version"), ["worker-version", "add", "1", "--lambda", ARN, "--role", "r"]
    )
    assert done.exit_code == 2
    assert "--role and --external-id go together" in done.output


def test_a_server_that_is_away_is_named(server: Callable[[str], None]) -> None:
    server("127.0.0.1:1")
    done = CliRunner().invoke(application("worker-version"), ["worker-version", "add", "1", "--lambda", ARN])
    assert isinstance(done.exception, StackError)
    assert str(done.exception).startswith("Temporal at 127.0.0.1:1 does not answer: ")


async def test_a_server_without_a_worker_controller_says_so(
    temporal: WorkflowEnvironment, server: Callable[[str], None]
) -> None:
    server(temporal.client.service_client.config.target_host)
    command = ["worker-version", "add", "1", "--lambda", ARN]
    done = await asyncio.to_thread(CliRunner().invoke, application("worker-version"), command)
    assert isinstance(done.exception, StackError)
    assert str(done.exception).startswith(f"Temporal does not take the worker {ARN}: ")

"""`--aws`: commands on the deployment that the environment names, over mutual TLS to its Temporal server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner, Result

from events.life import ImportOrderStart
from events.values import OrderKey, utc_now
from functions.dispatch import credentials
from functions.dispatch.dead_letters import put_aside
from functions.orders.handler import open_order
from functions.orders.models import OpenRequest
from functions.policy.rules import life_limits
from functions.settings import settings
from infra.cli.main import application
from infra.stack.errors import StackError
from tests.functions.dispatch.tls import authority, issued, relay

KEY = OrderKey(ebp_code="3207SDPT01", order_no="A-1")


@pytest.fixture
async def deployment(
    temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Path]:
    """Resources of AWS, and the dev server behind mutual TLS; the folder with the client's files."""
    ca = authority("tests of Sandan")
    target = temporal.client.service_client.config.target_host
    async with relay(target, issued(ca, "server"), ca, tmp_path) as address:
        certificate, key = issued(ca, "client").written(tmp_path, "client")
        files = {"TLS_CA": ca.written(tmp_path, "ca")[0], "TLS_CERT": certificate, "TLS_KEY": key}
        for name, value in {"ADDRESS": address, "TLS": "yes", **files}.items():
            monkeypatch.setenv(f"SANDAN_TEMPORAL_{name}", str(value))
        settings.cache_clear()
        credentials.secrets.cache_clear()
        yield tmp_path


async def _run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, application(arguments[0]), list(arguments))


@pytest.mark.parametrize("command", ["order", "return", "payment-data"])
async def test_what_is_in_temporal_is_listed(deployment: Path, command: str) -> None:
    """Given no local stack, when a list is asked for, then the server of the deployment answers."""
    listed = await _run(command, "list", "--aws", "--json")
    assert (listed.exit_code, listed.stdout.startswith("[")) == (0, True), listed.exception


async def test_an_update_reaches_the_server(deployment: Path) -> None:
    """Given an order that the server does not know, when it is cancelled, then that is what is told."""
    order = f"3207SDPT01/{uuid4()}"
    refused = await _run("order", "cancel", order, "--aws", "--who", "op-1", "--why", "test")
    assert isinstance(refused.exception, StackError)
    assert f"order {order} is not known" in str(refused.exception)


async def test_an_order_is_shown_from_the_record(deployment: Path) -> None:
    """Given an order on record, when it is shown, then no partner's key is needed."""
    start = ImportOrderStart(key=KEY, limits=life_limits(utc_now().date()), opened=utc_now())
    await asyncio.to_thread(open_order, OpenRequest(key=KEY, opening=start.opening, due_by=start.opened))
    shown = await _run("order", "show", str(KEY), "--aws")
    assert (shown.exit_code, "collecting" in shown.stdout) == (0, True), shown.exception
    unknown = await _run("order", "show", "3207SDPT01/none", "--aws")
    assert "no order 3207SDPT01/none is known there" in str(unknown.exception)


async def test_dead_letters_of_the_deployment(deployment: Path) -> None:
    """Given a document that was put aside there, then it is listed and sent again."""
    await asyncio.to_thread(put_aside, "{}", "m-1", "a reason")
    assert "a reason" in (await _run("dlq", "list", "--aws")).stdout
    assert "1 sent again" in (await _run("dlq", "redrive", "--all", "--aws")).stderr


async def test_the_books_of_the_deployment(deployment: Path) -> None:
    """Given an empty ledger there, when it is verified, then it is balanced."""
    verified = await _run("ledger", "verify", "--aws")
    assert (verified.exit_code, verified.stdout[:8]) == (0, "balanced"), verified.exception


async def test_what_is_wrong_with_the_way_is_told(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a certificate that is not there, when orders are listed, then the setting is named."""
    monkeypatch.setenv("SANDAN_TEMPORAL_TLS_CERT", str(deployment / "nowhere.pem"))
    settings.cache_clear()
    listed = await _run("order", "list", "--aws")
    assert isinstance(listed.exception, StackError)
    assert "SANDAN_TEMPORAL_TLS_CERT" in str(listed.exception)

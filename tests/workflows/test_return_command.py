"""`sandan return` on orders that live: what it asks for, shows and decides, and what it says where that fails."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from events.life import Stage
from events.return_life import ReturnStage
from infra import temporal
from infra.cli import running
from infra.cli.main import application
from infra.stack.errors import StackError
from tests.payloads import fixed_keys
from tests.workflows.life import Life
from tests.workflows.return_life import WHOLE, Returns

Run = Callable[..., Coroutine[Any, Any, Result]]


@pytest.fixture
def run(life: Life, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, in a thread, on the server of the tests."""
    config = life.temporal.client.service_client.config
    state = SimpleNamespace(temporal_address=config.target_host, temporal_namespace=life.temporal.client.namespace)
    monkeypatch.setattr(running, "running_stack", lambda _: state)
    monkeypatch.setattr(temporal, "stack_data_keys", lambda _: fixed_keys())

    async def run(*arguments: str) -> Result:
        call = ["return", *arguments]
        return await asyncio.to_thread(CliRunner().invoke, application("return"), call)

    return run


def failure(result: Result) -> str:
    """What the user is told; the exit code is 1."""
    assert isinstance(result.exception, StackError)
    return str(result.exception)


async def test_a_return_from_the_command_line(run: Run, returns: Returns, life: Life) -> None:
    """The call that the users' scripts know, and a look at what came of it."""
    await returns.release()
    asked = await run("request", f"{life.key}", "--items", "1:2", "--reason", "太小", "--json")
    assert asked.exit_code == 0, asked.output
    answer = json.loads(asked.stdout)
    assert (answer["number"], answer["workflow_id"]) == (1, f"return/{life.key}/1")
    await returns.applied()
    assert [(item.gnum, item.qty) for item in life.customs.applications[0].refund.items] == [(1, Decimal(2))]
    assert life.customs.applications[0].refund.head.reason == "太小"
    await returns.customs_says("399")
    await returns.goods_back((1, "1"))
    await returns.until_case("return-quantity")
    shown = await run("show", f"{life.key}")
    assert f"{life.key}  return 1  {answer['return_no']}  accepted" in shown.stdout
    assert "waits for a person: return-quantity" in shown.stdout
    assert json.loads((await run("show", f"{life.key}", "--json")).stdout)[0]["needs_human"] == "return-quantity"
    await until_listed(run, f"{life.key}")
    resolved = await run(
        *("resolve", f"{life.key}", "--number", "1", "--case", "return-quantity"),
        *("--resolution", "continue", "--who", "op-1", "--why", "counted"),
    )
    assert (resolved.exit_code, resolved.stdout) == (0, f"{life.key} return 1: Resolved by op-1 (continue): counted\n")
    assert (await returns.result()).stage is ReturnStage.SETTLED
    second = await run("request", f"{life.key}", "--items", "1:1, 2:3", "--reason", "r", "--exchange-for", "NEW-1")
    assert "return 2 is applied for as SR" in second.stdout
    assert "exchange for NEW-1" in (await run("show", f"{life.key}")).stdout


async def until_listed(run: Run, order: str) -> None:
    """The search of the server follows a little later."""
    for _ in range(50):
        listed = json.loads((await run("list", "--needs-human", "--json")).stdout)
        if {"order": order, "number": 1, "needsHuman": True, "running": True} in listed:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{order} is not among {listed}")


async def test_what_is_refused_is_told_in_its_words(run: Run, returns: Returns, life: Life) -> None:
    unknown = await run("request", "3207PLAT01/NOBODY", "--items", "1:1", "--reason", "r")
    assert "is not known" in failure(unknown)
    await life.send_all()
    await life.until(Stage.DECLARED)
    early = await run("request", f"{life.key}", "--items", "1:1", "--reason", "r")
    assert "refused: stage is declared: only goods of a released order can be returned" in failure(early)
    assert "has no returns" in failure(await run("show", f"{life.key}"))
    resolve = ("resolve", f"{life.key}", "--number", "1", "--case", "x", "--resolution", "close", "--who", "o")
    assert "is not known, or has ended" in failure(await run(*resolve, "--why", "w"))
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    many = await run("request", f"{life.key}", "--items", "1:3", "--reason", "r")
    assert "at most the 2 that have not come back yet" in failure(many)
    await returns.ask(*WHOLE)
    assert "but the return waits with None" in failure(await run(*resolve, "--why", "w"))


@pytest.mark.parametrize("items", ["", "1", "1:", ":1", "1:x", "1:0", "1:-1", "1:NaN", "1:1;2:1", "1:1,", "a:1"])
async def test_items_that_are_none(run: Run, items: str) -> None:
    """Exit code 2, with what would be some."""
    result = await run("request", "3207PLAT01/A", "--items", items, "--reason", "r")
    assert result.exit_code == 2
    assert "1:2,2:1" in result.stderr


async def test_an_order_that_is_none(run: Run) -> None:
    result = await run("request", "A", "--items", "1:1", "--reason", "r")
    assert result.exit_code == 2
    assert "ebpCode/orderNo" in result.stderr
    assert (await run("request", "E/A", "--items", "1:1", "--reason", " ")).exit_code == 2
    assert (await run("request", "E/A", "--items", "1:1", "--reason", "r", "--exchange-for", " ")).exit_code == 2

"""Tax is paid on the whole stack by the command line, the worker killed (kill -9) in the middle of a payment."""

import asyncio
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from events.tax_payment import TAX_PAYMENT_SCHEDULE
from events.values import CHINA, utc_now
from functions.ledger.account_models import GuaranteeRequest
from functions.ledger.handler import guarantee
from infra.cli.main import application
from infra.demo.month_end import LATER, check_books
from infra.demo.player import Player
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.parties import GUARANTORS
from infra.generate.scenarios import Scenario
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to

pytestmark = pytest.mark.stack
SCENARIOS = (Scenario.RELEASE, Scenario.BANK_DIES, Scenario.BANK_REFUSAL)
SEED = 11
_PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole stack of this test's own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SANDAN_"))]:
            patch.delenv(name)
        patch.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack() as running:
            yield running


@pytest.fixture(scope="module")
def orders() -> Sequence[GeneratedOrder]:
    """Two of each story of the bank."""
    return list(generate(6, SEED, scenarios=SCENARIOS))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(application("tax-payment"), ["tax-payment", *arguments])


def _payments(stack: Stack) -> list[dict[str, Any]]:
    """What the bank was asked."""
    found: list[dict[str, Any]] = httpx.get(f"{stack.state.sandbox_url}/bank/payments", trust_env=False).json()
    return found


async def _live(state: StackState, orders: Sequence[GeneratedOrder]) -> None:
    """The orders up to their delivery."""
    async with on_stage(state) as hands:
        await asyncio.gather(*(Player(hands, order).live() for order in orders))


def test_the_tax_of_real_orders_is_paid_once(stack: Stack, orders: Sequence[GeneratedOrder]) -> None:
    """Given delivered orders, when a month is over and the worker dies in the middle, then every bill is paid once."""
    asyncio.run(_live(stack.state, orders))
    later = f"{utc_now().astimezone(CHINA) + LATER:%Y-%m-%d}"
    assert _run("run", "--json").exit_code == 0  # nothing is due today
    assert _payments(stack) == []

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(_run, "run", "--as-of", later, "--json")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _payments(stack):
            assert time.monotonic() < deadline
        stack.kill("worker")
        stack.start("worker")
        answer = first.result(_PATIENCE_SECONDS)

    assert answer.exit_code == 1  # the bank had no funds for a file with an order of that story
    refused = [
        payment for one in json.loads(answer.stdout)["guarantors"] for payment in one["payments"] if payment["refused"]
    ]
    assert refused
    second = _run("run", "--as-of", later)
    assert second.exit_code == 0, second.output
    assert json.loads(_run("run", "--as-of", later, "--json").stdout)["guarantors"] == []

    done = [entry["order"] for entry in _payments(stack) if entry["done"]]
    paid = [line["taxNo"] for file in done for line in file["lines"]]
    assert len(paid) == len(set(paid)) == len(orders)
    with functions_on(stack.state):
        for guarantor in GUARANTORS:
            assert guarantee(GuaranteeRequest(guarantor=guarantor)).held == 0
        books = check_books()
    assert books.differences == []
    listed = json.loads(_run("list", "--json").stdout)["payments"]
    assert sum(Decimal(payment["total"]) for payment in listed if payment["outcome"] == "paid") == sum(
        Decimal(file["total"]) for file in done
    )
    assert {payment["outcome"] for payment in listed} == {"paid", "refused"}


def test_the_schedule_is_there(stack: Stack) -> None:
    """Created by the worker, once."""

    async def schedules() -> list[str]:
        client = await connect_to(stack.state)
        return [one.id async for one in await client.list_schedules()]

    assert asyncio.run(schedules()) == [TAX_PAYMENT_SCHEDULE]


def test_what_the_command_line_says_to_people(stack: Stack) -> None:
    """A line for each payment; a code that nobody knows is an error."""
    shown = _run("list")
    assert "INSUFFICIENT_FUNDS" in shown.stdout
    assert shown.stderr.endswith(" payments\n")
    assert "has given no guarantee" in str(_run("list", "--guarantor", "NOBODY").exception)

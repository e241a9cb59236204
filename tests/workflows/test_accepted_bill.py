"""Customs' bill is right and our assessment is not: a person accepts it, and the order goes on."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from temporalio.client import Client
from typer.testing import CliRunner, Result

from events.life import Stage
from functions.dossier import store
from functions.dossier.handler import opened
from functions.ledger import handler as ledger
from functions.ledger.models import ChargeRequest, OrderCharge
from functions.payloads.converter import data_converter
from infra.cli import order_updates, running, tax_decisions
from infra.cli.main import application
from tests.payloads import fixed_keys
from tests.workflows.life import WINDOW, Life

Run = Callable[[], Coroutine[Any, Any, Result]]
OTHER_VAT = Decimal("3.21")


@pytest.fixture
def accept(life: Life, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`sandan ledger accept-bill`, in a thread, on the server and the tables of the tests."""
    address = life.temporal.client.service_client.config.target_host

    async def connected(_: object) -> Client:
        return await Client.connect(address, data_converter=data_converter(fixed_keys()))

    monkeypatch.setattr(running, "running_stack", lambda _: None)
    monkeypatch.setattr(tax_decisions, "functions_on", lambda _: nullcontext())
    monkeypatch.setattr(order_updates, "temporal_of", connected)

    async def run() -> Result:
        call = ["ledger", "accept-bill", str(life.key), "--who", "op-1", "--why", "hotline"]
        return await asyncio.to_thread(CliRunner().invoke, application("ledger"), call)

    return run


def charge(life: Life) -> OrderCharge:
    """What the ledger holds for the order."""
    return ledger.charge(ChargeRequest(key=life.key))


@pytest.mark.parametrize("comes", ["with the release", "days after the delivery"])
async def test_an_order_goes_on_with_the_bill_of_customs(life: Life, accept: Run, comes: str) -> None:
    # Given a released order whose tax bill is of another sum than the tax assessed
    await life.send_all()
    await life.until_sent(1)
    other = life.bill(value_added_tax=OTHER_VAT)
    if comes == "with the release":
        await life.tax_bill(other)
    await life.customs_says("120", "800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    if comes == "days after the delivery":
        await life.until(Stage.DELIVERED)
        await life.forward(timedelta(days=2))
        await life.tax_bill(other)
    state = await life.until_true(lambda state: state.needs_human == "tax-bill-differs", "a person")
    assert state.stage in {Stage.RELEASED, Stage.DELIVERED}

    # When a person accepts it, twice
    for answer in (await accept(), await accept()):
        assert answer.exit_code == 0, answer.output
        assert f"the tax held is {OTHER_VAT} CNY" in answer.stdout

    # Then the tax that is held is that of the bill, and the order closes when customs has summarised it
    assert charge(life).charge.tax == OTHER_VAT
    assert charge(life).findings == []
    assert (await life.snapshot()).needs_human is None
    await life.forward(WINDOW)
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED
    decided = [entry.content for entry in opened(store.get_dossier(life.key)) if entry.kind == "operator"]
    assert decided == [{"update": "resolve", "who": "op-1", "why": f"accepted tax bill {other.head.tax_no}: hotline"}]

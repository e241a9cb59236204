"""Customs asks the real local stack for payment data, with services killed in the middle: all is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from events.cloudevents import STRUCTURED
from events.payment_data import OriginalPayment
from events.payment_data_life import PaymentDataStage
from events.values import utc_now
from functions.payment_data import store
from functions.policy.rules import payment_data_limits
from functions.settings import Settings
from infra.aws import StackClients
from infra.cli.main import application
from infra.demo.questions import Questions, hand_in
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.gateway_client import GatewayClient
from infra.generate.files import event_json
from infra.generate.orders import ORIGINAL_PAYMENT, GeneratedOrder, generate
from infra.generate.original_payment import original_payments
from infra.generate.parties import PLATFORMS
from infra.generate.scenarios import Scenario
from infra.sandbox.questions import Story
from infra.stack.errors import StackError
from infra.stack.stack import Stack
from infra.temporal import connect_to, decrypted_life

pytestmark = pytest.mark.stack
NAME = "e2e-payment-data"
ORDERS = 12
KILLED = ("worker", "dispatcher", "gateway")
LATER = "20261231235959"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole stack of this test's own, whose customs asks for every released order."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("SANDAN_SANDBOX_SAMPLE", "1")
        with Stack(NAME) as stack:
            yield stack


@pytest.fixture(scope="module")
def whole() -> Sequence[GeneratedOrder]:
    """Orders that are released."""
    return list(generate(ORDERS, 4, scenarios=(Scenario.RELEASE,)))


@asynccontextmanager
async def door(stack: Stack) -> AsyncIterator[GatewayClient]:
    """The gateway, as any partner."""
    async with GatewayClient(stack.state.gateway_url, stack.state.partner_keys) as gateway:
        yield gateway


@asynccontextmanager
async def customs(stack: Stack) -> AsyncIterator[Questions]:
    """What customs asks."""
    async with on_stage(stack.state) as hands:
        yield Questions(hands)


@pytest.fixture(scope="module")
async def lived(stack: Stack, whole: Sequence[GeneratedOrder]) -> None:
    """The orders come, the first one without its payment data, while services are killed (kill -9) one by one."""
    first = {stem: document for stem, document in whole[0].documents.items() if stem != ORIGINAL_PAYMENT}
    orders = [replace(whole[0], documents=first), *whole[1:]]
    async with door(stack) as gateway, customs(stack) as questions:
        coming = asyncio.create_task(_come(gateway, orders))
        for number, name in enumerate(KILLED, 1):
            await _asked(questions, number)
            await asyncio.to_thread(stack.kill, name)
            await asyncio.to_thread(stack.start, name)
        await coming
        await _asked(questions, ORDERS)


async def _come(gateway: GatewayClient, orders: Sequence[GeneratedOrder]) -> None:
    for order in orders:
        await hand_in(gateway, order)
        await asyncio.sleep(0.3)


async def _asked(questions: Questions, count: int) -> None:
    """Until customs has asked that often: it asks for every order that it releases."""
    async with asyncio.timeout(120):
        while len(await questions.report()) < count:
            await asyncio.sleep(0.2)


@pytest.fixture
async def questions(stack: Stack, lived: None) -> AsyncIterator[Questions]:
    """What customs asks."""
    async with customs(stack) as opened:
        yield opened


async def send(stack: Stack, *payments: OriginalPayment) -> None:
    """A platform sends raw payment data."""
    async with door(stack) as gateway:
        for payment in payments:
            partner = next(one.partner_id for one in PLATFORMS if one.code == payment.ebp_code)
            answer = await gateway.post(partner, "/v1/events", event_json(payment), STRUCTURED)
            assert answer.status_code == 202, answer.text


async def test_every_released_order_is_answered_for_and_late_data_too(
    stack: Stack, questions: Questions, whole: Sequence[GeneratedOrder]
) -> None:
    """Given a question for each order, when one's data come late, then customs has accepted the data of all."""
    for order in whole[1:]:
        assert (await questions.result(await questions.asked(order.key))).code == "10000"
    late = await questions.asked(whole[0].key)
    state = await questions.until(late, lambda state: state.stage is PaymentDataStage.WAITING)
    assert state.wanted == [whole[0].key.order_no]
    data = whole[0].documents[ORIGINAL_PAYMENT]
    assert isinstance(data, OriginalPayment)
    await send(stack, data)
    assert (await questions.result(late)).stage is PaymentDataStage.ACCEPTED
    assert {one.code for one in await questions.report()} == {"10000"}
    assert all(one.orders == [one.order_no] for one in await questions.report())


async def test_a_merged_payment_is_uploaded_with_all_its_orders(
    stack: Stack, questions: Questions, whole: Sequence[GeneratedOrder]
) -> None:
    """Given orders of one platform that were paid together, when customs asks for one, then it gets all of them."""
    platform = whole[1].facts.platform
    together = [order for order in whole[1:] if order.facts.platform == platform][:3]
    assert len(together) > 1
    payments = original_payments([order.facts for order in together])
    changed = [one.model_copy(update={"app_type": "2", "app_time": LATER}) for one in payments]
    asked = together[-1].key
    await send(stack, *changed)
    first = await questions.ask(asked)
    assert (await questions.result(first)).code == "10000"
    (found,) = [one for one in await questions.report() if one.session_id == first.session_id]
    assert sorted(found.orders) == sorted(order.key.order_no for order in together)


async def test_customs_that_fails_is_tried_again(questions: Questions, whole: Sequence[GeneratedOrder]) -> None:
    limits = payment_data_limits(utc_now().date())
    key = await questions.ask(whole[0].key, Story.FAILING)
    for uploads in (1, 2):
        for _ in range(100):
            (found,) = [one for one in await questions.report() if one.session_id == key.session_id]
            if found.uploads == uploads:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)
        await questions.forward(key, limits.retry)
    assert (await questions.result(key)).code == "10000"


async def test_a_slow_customs_is_waited_for(questions: Questions, whole: Sequence[GeneratedOrder]) -> None:
    key = await questions.ask(whole[0].key, Story.SLOW)
    assert (await questions.result(key)).code == "10000"


async def test_a_refusal_is_seen_and_decided_on_the_command_line(
    questions: Questions, whole: Sequence[GeneratedOrder]
) -> None:
    """Given a refusal for good, when a person looks with the command line and closes it, then it ends."""
    key = await questions.ask(whole[0].key, Story.REFUSED)
    await questions.until(key, lambda state: state.needs_human == "payment-data-refused")
    listed = await command("list", "--needs-human", "--json")
    assert [one["sessionID"] for one in json.loads(listed)] == [key.session_id]
    shown = await command("show", key.session_id)
    assert "waits for a person: payment-data-refused" in shown
    assert "(20006)" in shown
    unknown = await asyncio.to_thread(_invoke, "show", "NOBODYS-SESSION")
    assert isinstance(unknown.exception, StackError)
    decided = ["--case", "payment-data-refused", "--resolution", "close", "--who", "op-1", "--why", "hotline"]
    assert "Resolved by op-1 (close): hotline" in await command("resolve", key.session_id, *decided)
    assert (await questions.result(key)).stage is PaymentDataStage.CLOSED
    (one,) = json.loads(await command("show", key.session_id, "--json"))
    assert (one["stage"], one["needs_human"]) == ("closed", None)


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(application("payment-data"), ["payment-data", *arguments, "--name", NAME])


async def command(*arguments: str) -> str:
    """What a command prints; visibility of Temporal follows a moment later, so it is asked again for a while."""
    for _ in range(50):
        result = await asyncio.to_thread(_invoke, *arguments)
        if result.exit_code == 0 and result.stdout.strip() != "[]":
            return result.stdout
        await asyncio.sleep(0.2)
    raise AssertionError(result.output)


async def test_raw_data_stand_in_their_table_only_and_sealed(
    stack: Stack, questions: Questions, whole: Sequence[GeneratedOrder]
) -> None:
    """Given all these lives, when logs, histories and the other tables are read, then no raw data are in them.

    Their own table has them, under the order's key.
    """
    order = whole[2]
    account = order.facts.buyer.account
    raw = ("trade_pay_response", "pay.invalid", f"TEST-{order.facts.seller.code}")
    key = await questions.asked(order.key)
    (decrypted,) = await decrypted_life(await connect_to(stack.state), key.workflow_id)
    history = b"\n".join(event.SerializeToString() for event in decrypted.events).decode(errors="replace")
    assert order.key.order_no in history
    logs = "".join(path.read_text(errors="replace") for path in Path(stack.state.folder, "logs").glob("*.log"))
    tables = StackClients(stack.state.aws_endpoint).dynamodb
    names = Settings()
    others = json.dumps([tables.scan(TableName=name)["Items"] for name in (names.intake_table, names.orders_table)])
    sealed = json.dumps(tables.scan(TableName=names.payment_data_table)["Items"])
    with functions_on(stack.state):
        kept = store.read(order.key)
    assert kept
    for text in (*raw, account):
        assert text in kept.model_dump_json()
        assert text not in sealed
        assert text not in history
        assert text not in logs
    for text in raw:
        assert text not in others

"""From the documents to closed, in both modes, and what waits for a person on the way."""

import asyncio
from datetime import timedelta

import pytest

from events.life import Resolution, ResolveRequest, Stage
from functions.dossier import rules, store
from functions.dossier.handler import opened
from functions.ledger import handler as ledger
from functions.ledger.models import ChargeRequest
from tests.lambdas import BOTH_WAYS
from tests.workflows.life import LIMITS, MINUTE, WINDOW, Life, stages
from workflows.import_order import ImportOrderWorkflow

pytestmark = BOTH_WAYS


async def test_release_to_closed(life: Life) -> None:
    # Given the four documents, when customs releases and the parcel is signed for
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120", "800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    state = await life.until(Stage.DELIVERED)
    assert stages(state) == [Stage.COLLECTING, Stage.MATCHED, Stage.DECLARED, Stage.RELEASED, Stage.DELIVERED]
    # Then the order closes when its tax is paid, which is after the return window of 30 days (公告2020-45)
    await life.tax_bill()
    await life.forward(WINDOW)
    assert (await life.snapshot()).stage is Stage.DELIVERED
    await life.tax_paid()
    result = await life.result()
    assert result.stage is Stage.CLOSED
    # and its dossier is whole
    dossier = store.get_dossier(life.key)
    rules.verify(dossier)
    assert [entry.kind for entry in opened(dossier)] == [entry.kind for entry in dossier.entries]
    assert dossier.head == result.head
    kinds = [entry.kind for entry in dossier.entries]
    assert {
        "order",
        "payment",
        "waybill",
        "list",
        "list-receipt",
        "waybill-status",
        "matching",
        "assessment",
        "tax-bill",
    } <= set(kinds)


@pytest.mark.parametrize("status", ["501", "502", "503", "599"])
async def test_detention_waits_for_a_person(life: Life, status: str) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120", "500", status)
    state = await life.until(Stage.DETAINED)
    assert state.needs_human == "detained"
    # When a person closes the case
    request = ResolveRequest(case="detained", resolution=Resolution.CLOSE, who="op-1", why="罚没")
    await life.handle.execute_update(ImportOrderWorkflow.resolve, request)
    assert (await life.result()).stage is Stage.CLOSED


async def test_a_person_lets_a_silent_customs_be_asked_again(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    for _ in range(LIMITS.resends + 1):
        await life.forward(LIMITS.silence + MINUTE)
    await life.until_true(lambda state: state.needs_human == "customs-silent", "a person")
    sent = len(life.customs.submissions)
    request = ResolveRequest(case="customs-silent", resolution=Resolution.RESEND, who="op-1", why="海关热线")
    await life.handle.execute_update(ImportOrderWorkflow.resolve, request)
    await life.until_sent(sent + 1)
    assert (await life.snapshot()).needs_human is None


async def test_undelivered_parcel_waits_for_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await life.forward(WINDOW)
    await life.until_true(lambda state: state.needs_human == "undelivered", "a person")
    await life.tax_bill()
    await life.tax_paid()
    await life.deliver()
    assert (await life.result()).stage is Stage.CLOSED


async def test_delivery_told_before_the_release(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.deliver()
    await life.customs_says("800")
    await life.until(Stage.DELIVERED)
    await life.tax_bill()
    await life.tax_paid()
    await life.forward(WINDOW)
    assert (await life.result()).stage is Stage.CLOSED


async def test_a_tax_bill_that_comes_days_after_the_delivery_is_put_on_record(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.deliver()
    await life.until(Stage.DELIVERED)
    await life.forward(timedelta(days=2))
    await life.tax_bill()
    # Then a payment can take it, though nothing else happens to the order until it is paid
    for _ in range(100):
        if charge := ledger.charge(ChargeRequest(key=life.key)).bill:
            break
        await asyncio.sleep(0.1)
    assert charge
    assert charge.status == "1"
    await life.forward(WINDOW)
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED


async def test_bonded_mode(life: Life) -> None:
    await life.send_all("1210")
    await life.until_sent(1)
    await life.customs_says("800")
    assert (await life.until(Stage.RELEASED)).mode == "1210"


async def test_a_parcel_signed_for_after_a_person_let_it_wait(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await life.forward(WINDOW)
    await life.until_true(lambda state: state.needs_human == "undelivered", "a person")
    request = ResolveRequest(case="undelivered", resolution=Resolution.CONTINUE, who="op-1", why="在途")
    await life.handle.execute_update(ImportOrderWorkflow.resolve, request)
    await life.deliver()
    await life.tax_bill()
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED

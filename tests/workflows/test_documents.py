"""Collecting and matching: documents in any order, corrected, missing, built by us."""

from decimal import Decimal

import pytest
from temporalio.client import WorkflowUpdateFailedError

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.documents import DocumentKind
from events.findings import Fix
from events.life import CorrectRequest, Stage
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from tests.workflows.life import LIMITS, MINUTE, Life, request_for, stages
from workflows.import_order import ImportOrderWorkflow


@pytest.mark.parametrize("with_start", [True, False])
async def test_documents_in_any_order_repeated_and_apart(life: Life, with_start: bool) -> None:
    # Given the documents one by one, the list first, with the start or signalled, each of them twice
    life.is_new = with_start
    documents = {kind: life.accepted(kind, model) for kind, model in life.documents().items()}
    for document in reversed(documents.values()):
        await life.send(document)
        await life.send(document)
    # Then the list is declared once, when everything is there
    await life.until(Stage.DECLARED)
    await life.until_sent(1)
    assert life.customs.versions == [1]
    state = await life.snapshot()
    assert stages(state) == [Stage.COLLECTING, Stage.MATCHED, Stage.DECLARED]


async def test_payment_differs_then_corrected(life: Life) -> None:
    # M2: acturalPaid = amountPaid
    documents = life.documents()
    payment = documents[DocumentKind.PAYMENT]
    assert isinstance(payment, Payment)
    wrong = payment.model_copy(update={"head": payment.head.model_copy(update={"amount_paid": Decimal("1.00")})})
    await life.send_all(payment=wrong)
    state = await life.until(Stage.MISMATCHED)
    assert [(finding.rule, finding.code) for finding in state.findings] == [("M2", "1332")]
    assert life.customs.submissions == []
    # When the payment enterprise changes it (appType 2)
    change = payment.model_copy(
        update={"head": payment.head.model_copy(update={"app_type": "2", "app_time": "20260106103000"})}
    )
    await life.send(life.accepted(DocumentKind.PAYMENT, change))
    # Then the order matches and is declared
    await life.until(Stage.DECLARED)


async def test_payment_differs_and_is_never_corrected(life: Life) -> None:
    payment = life.documents()[DocumentKind.PAYMENT]
    assert isinstance(payment, Payment)
    await life.send_all(
        payment=payment.model_copy(update={"head": payment.head.model_copy(update={"amount_paid": Decimal(1)})})
    )
    await life.until(Stage.MISMATCHED)
    await life.forward(LIMITS.correction + MINUTE)
    assert (await life.result()).stage is Stage.EXPIRED
    assert life.customs.submissions == []


async def test_missing_payment_expires_with_an_explanation(life: Life) -> None:
    documents = life.documents()
    del documents[DocumentKind.PAYMENT]
    await life.send(*(life.accepted(kind, model) for kind, model in documents.items()))
    await life.until(Stage.COLLECTING)
    await life.forward(LIMITS.documents + MINUTE)
    assert (await life.result()).stage is Stage.EXPIRED
    shown = show(ShowRequest(key=life.key)).order
    assert shown
    assert shown.history[-1].reason.en == "Not received in time: payment."


async def test_correction_by_an_operator_goes_through_the_door(life: Life) -> None:
    payment = life.documents()[DocumentKind.PAYMENT]
    assert isinstance(payment, Payment)
    await life.send_all(
        payment=payment.model_copy(update={"head": payment.head.model_copy(update={"amount_paid": Decimal(1)})})
    )
    state = await life.until(Stage.MISMATCHED)
    fix = state.findings[0].fix
    assert fix
    request = CorrectRequest(fixes=[fix], who="op-1", why="支付企业来函")
    await life.handle.execute_update(ImportOrderWorkflow.correct, request)
    await life.until_sent(1)
    assert life.customs.submissions[0].payment
    assert life.customs.submissions[0].payment.head.amount_paid == Decimal("561.89")


@pytest.mark.parametrize(
    ("fix", "words"),
    [
        (Fix(document="payment", field="nosuch", value="1"), "nosuch"),
        (Fix(document="receipt", field="x", value="1"), "cannot be corrected"),
        (Fix(document="payment", field="amountPaid", value=None), "give the value"),
    ],
)
async def test_impossible_corrections_are_refused_by_the_validator(life: Life, fix: Fix, words: str) -> None:
    documents = life.documents()
    await life.send(life.accepted(DocumentKind.PAYMENT, documents[DocumentKind.PAYMENT]))
    await life.until_true(lambda state: bool(state.documents), "the payment")
    request = CorrectRequest(fixes=[fix], who="op-1", why="test")
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await life.handle.execute_update(ImportOrderWorkflow.correct, request)
    assert words in str(failure.value.cause)


async def test_declared_documents_are_not_corrected(life: Life) -> None:
    # M11: a document that a declared list uses cannot change
    await life.send_all()
    await life.until_sent(1)
    fix = Fix(document="payment", field="amountPaid", value="1")
    with pytest.raises(WorkflowUpdateFailedError):
        await life.handle.execute_update(
            ImportOrderWorkflow.correct, CorrectRequest(fixes=[fix], who="op-1", why="test")
        )


async def test_newer_content_on_its_way_holds_the_declaration(life: Life) -> None:
    # Given a change that the door has accepted while its signal is still on the way
    first = [life.accepted(kind, model) for kind, model in life.documents().items()]
    order = life.documents()[DocumentKind.ORDER]
    assert isinstance(order, Order)
    head = order.head.model_copy(update={"app_type": "2", "app_time": "20260106103000", "note": "newer"})
    newer = life.accepted(DocumentKind.ORDER, order.model_copy(update={"head": head}))
    await life.send(*first)
    await life.until(Stage.MATCHED)
    assert life.customs.submissions == []
    # When it comes, the newer content is declared, and only that
    await life.send(newer)
    await life.until_sent(1)
    assert life.customs.submissions[0].order
    assert life.customs.submissions[0].order.head.note == "newer"


async def test_list_built_by_us(life: Life) -> None:
    documents = life.documents()
    declared = documents.pop(DocumentKind.DECLARATION_LIST)
    assert isinstance(declared, DeclarationList)
    documents[DocumentKind.DECLARATION_REQUEST] = request_for(declared)
    await life.send(*(life.accepted(kind, model) for kind, model in documents.items()))
    await life.until_sent(1)
    built = life.customs.submissions[0].declaration_list
    assert built.head.trade_mode == "9610"
    assert [item.gcode for item in built.items] == [item.gcode for item in declared.items]

"""Every life that an import order can have, on a server whose clock is skipped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowUpdateFailedError

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from events.documents import DocumentKind
from events.findings import Fix
from events.life import CancelRequest, CorrectRequest, OrderSnapshot, Resolution, ResolveRequest, Stage
from events.values import Text
from functions.declaration.models import ComposeCancellationRequest
from functions.declaration.rules import compose_cancellation
from functions.dossier import rules, store
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from tests import builders
from tests.workflows.life import INVT_NO, LIMITS, PRE_NO, Life
from workflows.import_order import ImportOrderWorkflow

WINDOW = timedelta(days=31)
MINUTE = timedelta(minutes=1)


def stages(state: OrderSnapshot) -> list[Stage]:
    """The stages of a history, without repeats."""
    found: list[Stage] = []
    for change in state.history:
        if not found or found[-1] is not change.stage:
            found.append(change.stage)
    return found


def request_for(declared: DeclarationList) -> DeclarationRequest:
    """The platform's request for a list that says the same as `declared`."""
    names = set(DeclarationRequest.model_fields) - {"goods"}
    goods = [
        GoodsDeclaration(**item.model_dump(include=set(GoodsDeclaration.model_fields), by_alias=False))
        for item in declared.items
    ]
    return DeclarationRequest(**declared.head.model_dump(include=names, by_alias=False), goods=goods)


async def test_release_to_closed(life: Life) -> None:
    # Given the four documents, when customs releases and the parcel is signed for
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120", "800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    state = await life.until(Stage.DELIVERED)
    assert stages(state) == [Stage.COLLECTING, Stage.MATCHED, Stage.DECLARED, Stage.RELEASED, Stage.DELIVERED]
    # Then the order closes when the return window of 30 days (公告2020-45) is over
    await life.forward(WINDOW)
    result = await life.result()
    assert result.stage is Stage.CLOSED
    # and its dossier is whole
    dossier = store.get_dossier(life.key)
    rules.verify(dossier)
    assert dossier.head == result.head
    kinds = [entry.kind for entry in dossier.entries]
    assert {"order", "payment", "waybill", "list", "list-receipt", "waybill-status", "matching"} <= set(kinds)


async def test_documents_in_any_order_repeated_and_apart(life: Life) -> None:
    # Given the documents one by one, the list first, each of them twice
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


async def test_rejection_by_customs_then_fixed(life: Life) -> None:
    # Given a rejection with an official code
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "100", info="[Code:1322;Desc:清单与订单商品不一致]")
    state = await life.until(Stage.MISMATCHED)
    assert state.findings[0].code == "1322"
    assert state.findings[0].fix == Fix(document="list", field="items")
    # When the declarant sends a changed list
    declared = life.documents()[DocumentKind.DECLARATION_LIST]
    assert isinstance(declared, DeclarationList)
    head = declared.head.model_copy(
        update={"app_type": "2", "app_time": "20260107103000", "note": "fixed", "guid": builders.GUID.format(622)}
    )
    await life.send(life.accepted(DocumentKind.DECLARATION_LIST, declared.model_copy(update={"head": head})))
    # Then a second version is declared, without the documents that customs has already
    await life.until_sent(2)
    assert life.customs.versions == [1, 2]
    assert life.customs.submissions[1].payment is None
    # and late receipts of the first version change nothing
    await life.customs_says("100", info="[Code:1322;Desc:late]", version=1)
    await life.customs_says("120", "800", version=2)
    await life.until(Stage.RELEASED)


@pytest.mark.parametrize(
    ("code", "stage"), [("[Code:1332;Desc:金额不符]", Stage.MISMATCHED), ("[Code:9999;Desc:其他]", Stage.REJECTED)]
)
async def test_rejections_are_mismatches_or_not(life: Life, code: str, stage: Stage) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("100", info=code)
    await life.until(stage)
    await life.forward(LIMITS.correction + MINUTE)
    assert (await life.result()).stage is Stage.EXPIRED


async def test_negative_status_is_a_rejection_with_that_code(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("-621018", info="年度限额")
    state = await life.until(Stage.REJECTED)
    assert state.findings[0].code == "-621018"


async def test_review_and_inspection_then_release(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("2", "3", "120", "300")
    await life.until(Stage.REVIEWING)
    await life.customs_says("500")
    await life.until(Stage.INSPECTING)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)


async def test_inspection_then_shipped_back(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120", "500", "700")
    assert (await life.result()).stage is Stage.SHIPPED_BACK


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


async def test_receipts_out_of_order_and_repeated_never_go_backwards(life: Life) -> None:
    # Rulebook 2.6: a lower stage never overwrites 800, whatever arrives when
    await life.send_all()
    await life.until_sent(1)
    declared = life.customs.submissions[0].declaration_list
    at = datetime.now(UTC)
    receipts = [
        life.receipt(declared, status, status, at + timedelta(seconds=number))
        for number, status in enumerate(["2", "3", "120", "500", "800"])
    ]
    for receipt in reversed(receipts):
        await life.send(life.accepted(DocumentKind.LIST_RECEIPT, receipt))
        await life.send(life.accepted(DocumentKind.LIST_RECEIPT, receipt))
    state = await life.until(Stage.RELEASED)
    assert Stage.INSPECTING not in stages(state)
    assert state.customs_status == "800"
    # and a rejection after the release counts as little
    await life.customs_says("100")
    await life.deliver()
    assert (await life.until(Stage.DELIVERED)).customs_status == "800"


async def test_unknown_status_is_kept_and_flagged(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("777", info="未知")
    state = await life.until_true(lambda state: state.needs_human is not None, "a flag")
    assert state.needs_human == "unknown-status"
    assert state.stage is Stage.DECLARED
    assert state.findings[0].code == "777"
    # and what follows goes on as ever
    await life.customs_says("120", "800")
    await life.until(Stage.RELEASED)


async def test_silence_resends_the_same_version_then_calls_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    for resend in range(1, LIMITS.resends + 1):
        await life.forward(LIMITS.silence + MINUTE)
        await life.until_sent(resend + 1)
    await life.forward(LIMITS.silence + MINUTE)
    state = await life.until_true(lambda state: state.needs_human is not None, "a person")
    assert state.needs_human == "customs-silent"
    # Then only one version was ever declared, and each time with the same documents
    assert life.customs.versions == [1, 1, 1]
    assert life.customs.submissions[0] == life.customs.submissions[2]
    # and a late answer takes the order on
    await life.customs_says("2", "3", "120", "800")
    assert (await life.until(Stage.RELEASED)).needs_human is None


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


async def test_endpoint_down_for_a_while(life: Life) -> None:
    life.customs.down = 2
    await life.send_all()
    await life.until_sent(1)
    assert life.customs.versions == [1]


async def test_endpoint_refuses_for_good(life: Life) -> None:
    life.customs.refusal = Text(zh="拒收", en="refused")
    await life.send_all()
    state = await life.until(Stage.REJECTED)
    assert state.findings[0].rule == "ENDPOINT"


async def test_cancel_before_declaration(life: Life) -> None:
    documents = life.documents()
    await life.send(life.accepted(DocumentKind.ORDER, documents[DocumentKind.ORDER]))
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    assert (await life.result()).stage is Stage.CANCELLED
    assert life.customs.cancellations == []


async def test_cancel_before_release_asks_customs(life: Life) -> None:
    # 623 → 624 (399 = cancelled), rulebook 2.11
    await life.send_all()
    await life.until_sent(1)
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    # The list number comes with the first receipt; until then nothing can be cancelled
    await life.customs_says("2", "3", "120")
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    assert life.customs.cancellations[0].cancellation.invt_no == INVT_NO
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED


async def test_refused_cancellation_changes_nothing(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("100")
    state = await life.until_true(lambda state: bool(state.findings), "the refusal")
    assert state.stage is Stage.DECLARED
    await life.customs_says("800")
    await life.until(Stage.RELEASED)


async def test_cancellation_document_of_the_declarant(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    declared = life.customs.submissions[0].declaration_list
    request = ComposeCancellationRequest(
        key=life.key,
        on=datetime.now(UTC),
        declaration_list=declared,
        invt_no=INVT_NO,
        pre_no=PRE_NO,
        reason="订购人取消",
    )
    await life.send(life.accepted(DocumentKind.CANCELLATION, compose_cancellation(request)))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED


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
    await life.until(Stage.DECLARED)
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


async def test_undelivered_parcel_waits_for_a_person(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await life.forward(WINDOW)
    await life.until_true(lambda state: state.needs_human == "undelivered", "a person")
    await life.deliver()
    assert (await life.result()).stage is Stage.CLOSED


async def test_delivery_told_before_the_release(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.deliver()
    await life.customs_says("800")
    await life.until(Stage.DELIVERED)
    await life.forward(WINDOW)
    assert (await life.result()).stage is Stage.CLOSED


async def test_bonded_mode(life: Life) -> None:
    await life.send_all("1210")
    await life.until_sent(1)
    await life.customs_says("800")
    assert (await life.until(Stage.RELEASED)).mode == "1210"

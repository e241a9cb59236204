"""A correction by an operator is the corrected document, sent as a change through everybody's door."""

from datetime import UTC, datetime, timedelta

import pytest

from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from events.findings import Fix
from events.life import CorrectRequest
from events.values import OrderKey
from functions.intake.handler import accept
from functions.intake.models import AcceptRequest
from functions.matching.handler import match
from tests import builders
from tests.functions.intake import samples
from tests.functions.matching.cases import request as match_request
from workflows.corrections import corrected_documents
from workflows.order_state import CHANGEABLE, OrderState

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
NOW = samples.NOW + timedelta(days=1)
MODELS: dict[DocumentKind, CebModel] = {kind: samples.everything()[kind] for kind in CHANGEABLE}


def state(**replaced: CebModel) -> OrderState:
    """An order whose documents came through the door; keywords replace one by its kind's name."""
    made = OrderState(key=KEY)
    models = MODELS | {DocumentKind[name.upper()]: model for name, model in replaced.items()}
    for model in models.values():
        made.absorb(taken(samples.request(model)), samples.NOW)
    return made


def taken(request: AcceptRequest) -> InboundDocument:
    """What the door hands on."""
    accepted = accept(request)
    assert accepted.document, accepted.answer
    return accepted.document


def corrections(made: OrderState, *fixes: Fix, update_id: str = "u") -> list[AcceptRequest]:
    """What goes to the door."""
    request = CorrectRequest(fixes=list(fixes), who="operator-1", why="typing error")
    return corrected_documents(made, request, NOW, update_id)


def field_of(kind: DocumentKind) -> str:
    """A field that every document of a kind can have corrected."""
    return "note" if kind is not DocumentKind.DECLARATION_REQUEST else "trafNo"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("kind", CHANGEABLE)
def test_the_door_takes_a_correction_of_every_document_as_a_change(kind: DocumentKind) -> None:
    """Given a document at the door, when an operator corrects it, then the change is accepted and holds at once."""
    made = state()
    (correction,) = corrections(made, Fix(document=kind, field=field_of(kind), value="corrected"))
    assert (correction.kind, correction.sender, correction.received_at) == (kind, "operator:operator-1", NOW)
    document = taken(correction)
    assert made.absorb(document, NOW)
    corrected = made.parsed(kind)
    head = getattr(corrected, "head", corrected)
    assert (head.app_type, head.app_time) == ("2", "20260106103001")
    assert getattr(head, "note", None) == "corrected" or head.traf_no == "corrected"
    assert made.to_match


@pytest.mark.usefixtures("aws")
def test_the_fix_of_a_finding_mends_the_order() -> None:
    made = state(payment=builders.payment(amount_paid="3197.95"))
    (finding,) = match(match_request(payment=made.payment)).findings
    assert finding.fix
    (correction,) = corrections(made, finding.fix)
    made.absorb(taken(correction), NOW)
    assert match(match_request(payment=made.payment)).matched


@pytest.mark.usefixtures("aws")
def test_several_fixes_of_one_document_are_one_change() -> None:
    fixes = [
        Fix(document="order", field="consignee", value="测试乙"),
        Fix(document="waybill", field="consignee", value="测试乙"),
        Fix(document="order", field="items[2].qty", value="4"),
        Fix(document="order", field="payName", value=""),
    ]
    order, waybill = corrections(state(), *fixes, update_id="u-1")
    assert (order.document_id, waybill.document_id) == ("u-1-order", "u-1-waybill")
    assert order.content["OrderHead"]["consignee"] == waybill.content["LogisticsHead"]["consignee"] == "测试乙"
    assert order.content["OrderList"][1]["qty"] == "4"
    assert order.content["OrderHead"]["payName"] is None
    assert order.content["OrderList"][0] == builders.order().model_dump(mode="json")["OrderList"][0]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("fix", "reason"),
    [
        (Fix(document="list-receipt", field="returnStatus", value="800"), "cannot be corrected; these can: order, "),
        (Fix(document="love-letter", field="x", value="1"), "'love-letter' cannot be corrected"),
        (Fix(document="order", field="note"), "order.note: give the value"),
        (Fix(document="order", field="colour", value="red"), "not a field of the order"),
        (Fix(document="order", field="items[9].qty", value="1"), "line 9"),
        (Fix(document="order", field="goodsValue", value="5e2"), "plain decimal number"),
        (Fix(document="order", field="buyerName", value=""), "buyerName"),
        (Fix(document="list-request", field="goods[1]", value="1"), "not a field of the list-request"),
    ],
)
def test_what_cannot_be_corrected_is_refused_naming_it(fix: Fix, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("[", r"\[")):
        corrections(state(), fix)


def test_a_document_that_has_not_come_cannot_be_corrected() -> None:
    with pytest.raises(ValueError, match=r"there is no payment to correct; here are: $"):
        corrections(OrderState(key=KEY), Fix(document="payment", field="amountPaid", value="1"))


def test_one_wrong_fix_stops_all() -> None:
    made = OrderState(key=KEY)
    made.absorb(samples.inbound(builders.order()), datetime(2026, 1, 5, tzinfo=UTC))
    with pytest.raises(ValueError, match="colour"):
        corrections(
            made, Fix(document="order", field="note", value="x"), Fix(document="order", field="colour", value="x")
        )

"""An order is shown to those whose it is, with personal data masked."""

from datetime import UTC, datetime

import pytest

from events.findings import Finding, Place
from events.life import OrderView, Stage, StageChange
from events.values import OrderKey, Text
from functions.orders.handler import record
from functions.orders.models import RecordRequest
from tests import builders
from tests.functions.gateway.conftest import JSON, Door

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
PATH = f"/v1/orders/{KEY}"


def put_on_record(key: OrderKey = KEY) -> None:
    """An order whose list names another buyer than the order does."""
    message = Text(zh=f"订购人姓名{builders.BUYER_NAME}与清单不符", en=f"the buyer {builders.BUYER_NAME} differs")
    names = [Place(document=kind, field="buyerName", value=builders.BUYER_NAME) for kind in ("order", "list")]
    finding = Finding(rule="M6", code="13127", left=names[0], right=names[1], message=message)
    at = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)
    changes = [StageChange(number=1, stage=Stage.COLLECTING, at=at, reason=Text(zh="收单", en="collecting"))]
    record(RecordRequest(key=key, mode="9610", told=0, history=changes, findings=[finding]))


@pytest.mark.parametrize("reader", ["platform", "operator"])
def test_the_platform_and_operators_see_the_order(door: Door, reader: str) -> None:
    """Given an order on record, when its platform or an operator asks, then stage, history, findings."""
    put_on_record()
    answered = door.get(PATH, sender=reader)
    assert (answered.status, answered.headers["Content-Type"]) == (200, JSON)
    view = OrderView.model_validate(answered.json)
    assert (view.stage, view.mode, view.findings[0].code) == (Stage.COLLECTING, "9610", "13127")
    assert view.history[0].at == datetime(2026, 1, 5, 3, 30, tzinfo=UTC)


def test_personal_data_are_masked(door: Door) -> None:
    """Given a finding with a buyer's name, when the order is shown, then the name is nowhere in the answer."""
    put_on_record()
    answered = door.get(PATH)
    assert "13127" in answered.body
    assert builders.BUYER_NAME not in answered.body


@pytest.mark.parametrize("reader", ["stranger", "payment", "customs"])
def test_another_partner_sees_nothing(door: Door, reader: str) -> None:
    """Given an order on record, when somebody else asks, then 403, whether or not it exists."""
    put_on_record()
    answers = [door.get(path, sender=reader) for path in (PATH, f"{PATH}0")]
    assert [answer.status for answer in answers] == [403, 403]
    assert answers[0].body == answers[1].body
    assert (answers[0].json["type"], KEY.ebp_code in answers[0].json["detail"]) == ("/problems/forbidden", True)


def test_an_unknown_order_is_404(door: Door) -> None:
    """Given nothing on record, when the platform asks, then 404 names the order."""
    answered = door.get(PATH)
    assert (answered.status, answered.json["type"]) == (404, "/problems/not-found")
    assert str(KEY) in answered.json["detail"]


def test_an_order_is_not_shown_without_a_signature(door: Door) -> None:
    """Given an order on record, when nobody has signed, then 401."""
    put_on_record()
    assert door.request("GET", PATH).status == 401


@pytest.mark.parametrize("order_no", ["订单 1", "a+b;c=d", "50%", "A&B"])
def test_any_order_number_can_be_asked_for(door: Door, order_no: str) -> None:
    """Given a number with letters that a path escapes, when it is asked for, then the order is found.

    API Gateway undoes the escapes of a path, but for %25, before the function sees it.
    """
    put_on_record(OrderKey(ebp_code=KEY.ebp_code, order_no=order_no))
    answered = door.get(f"/v1/orders/{KEY.ebp_code}/{order_no.replace('%', '%25')}")
    assert (answered.status, answered.json["order_no"]) == (200, order_no)

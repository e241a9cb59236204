"""What subscribers are told of a return: each change once under one id, the stock at the end, and no person."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from events.outbound import RETURN_STAGE_CHANGED, STOCK_RETURNED
from events.return_life import ReturnChange, ReturnLine, ReturnStage, ReturnStageChanged, StockReturned
from events.values import OrderKey, Text
from functions import bus
from functions.returns import handler
from functions.returns.handler import tell
from functions.returns.models import TellRequest
from tests import builders

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
NOW = datetime(2026, 1, 20, 2, 30, tzinfo=UTC)
WAY = [ReturnStage.APPLIED, ReturnStage.ACCEPTED, ReturnStage.GOODS_BACK, ReturnStage.REFUNDING, ReturnStage.SETTLED]
LINES = [ReturnLine(gnum=1, qty=Decimal(2))]

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What went on the bus; the bus is moto's."""
    entries: list[dict[str, Any]] = []

    def listening(source: str, events: Any) -> None:
        bus.put_events(source, events)
        entries.extend(json.loads(event.detail(source)) for event in events)

    monkeypatch.setattr(handler, "put_events", listening)
    return entries


def told(stages: int, already: int = 0, **fields: Any) -> TellRequest:
    """What the workflow says at its so-many-th stage, when `already` of them are known."""
    history = [
        ReturnChange(number=number, stage=stage, at=NOW, reason=Text(zh=f"退货{builders.BUYER_NAME}", en=f"r{number}"))
        for number, stage in enumerate(WAY[:stages], 1)
    ]
    content: dict[str, Any] = {
        "key": KEY,
        "return_no": "SR1",
        "number": 1,
        "history": history,
        "told": already,
        "lines": LINES,
        "stock": [],
        "personal": [builders.BUYER_NAME],
    }
    return TellRequest(**(content | fields))


def test_every_change_that_nobody_was_told_of(heard: list[dict[str, Any]]) -> None:
    """Who is needed, and what was refunded, holds after the last one."""
    assert tell(told(4, 1, needs_human="refund-refused", exchange_for="B-2")).last == 4
    assert {event["type"] for event in heard} == {RETURN_STAGE_CHANGED.name}
    changes = [ReturnStageChanged.model_validate(event["data"]) for event in heard]
    assert [change.change.number for change in changes] == [2, 3, 4]
    assert [change.needs_human for change in changes] == [None, None, "refund-refused"]
    assert {change.exchange_for for change in changes} == {"B-2"}
    assert {(change.return_no, change.order_no) for change in changes} == {("SR1", KEY.order_no)}


def test_told_again_it_has_the_same_ids(heard: list[dict[str, Any]]) -> None:
    tell(told(5, 0, stock=LINES, refunded=Decimal("260.00")))
    tell(told(5, 0, stock=LINES, refunded=Decimal("260.00")))
    ids = [event["id"] for event in heard]
    assert ids[:6] == ids[6:]
    assert len(set(ids)) == 6


def test_the_end_tells_the_money_and_the_stock(heard: list[dict[str, Any]]) -> None:
    tell(told(5, 3, stock=LINES, refunded=Decimal("260.00")))
    refunding, settled, stock = heard
    assert (refunding["data"]["refunded"], settled["data"]["refunded"]) == (None, "260.00")
    assert stock["type"] == STOCK_RETURNED.name
    assert StockReturned.model_validate(stock["data"]).lines == LINES


def test_no_person_is_named(heard: list[dict[str, Any]]) -> None:
    """Customs may repeat a name in its reason."""
    tell(told(1))
    assert builders.BUYER_NAME not in json.dumps(heard, ensure_ascii=False)
    assert "测***" in heard[0]["data"]["change"]["reason"]["zh"]

"""The life of one return as the outside sees it: what asks for it, its stages, what is told of it (公告2020-45)."""

from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.values import OrderKey, Text, Value

IMPORT_RETURN_WORKFLOW = "ImportReturn"
EXCHANGE_SIGNAL = "exchange"


class ReturnLine(Value):
    """How much of a line of the list comes back, in the unit of that line."""

    gnum: int
    qty: Decimal


class ReturnRequest(Value):
    """Update `request_return`: goods of a released list come back; who asks, and why.

    `exchange_for` is the number of the order, on the same platform, by which the buyer gets other goods instead.
    """

    lines: list[ReturnLine] = Field(min_length=1)
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)
    exchange_for: str | None = Field(default=None, min_length=1, max_length=60)


class ReturnStage(StrEnum):
    """Where a return stands; those from `settled` on are its end."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    GOODS_BACK = "goods-back"
    REFUNDING = "refunding"
    SETTLED = "settled"
    REFUSED_BY_CUSTOMS = "refused-by-customs"
    NOT_BACK_IN_TIME = "not-back-in-time"
    NOT_AS_THEY_WERE = "not-as-they-were"
    GIVEN_UP = "given-up"

    @property
    def is_final(self) -> bool:
        """Whether the return ends here."""
        return self not in {
            ReturnStage.APPLIED,
            ReturnStage.ACCEPTED,
            ReturnStage.GOODS_BACK,
            ReturnStage.REFUNDING,
        }


class ReturnChange(Value):
    """One step of a return; `number` counts from 1 within the return."""

    number: int
    stage: ReturnStage
    at: AwareDatetime
    reason: Text


class ReturnResult(Value):
    """How a return ended. `lines` are what came back for good, empty unless it was settled.

    `restored`: the tax is void for these lines, and the buyer's year and the guarantee have them back. `refunded` is
    what the buyer got, in CNY. `back_by` is the last moment for the goods, empty where it never came to that.
    """

    number: int
    return_no: str
    stage: ReturnStage
    lines: list[ReturnLine]
    restored: bool = False
    refunded: Decimal = Decimal(0)
    refund_no: str | None = None
    exchange_for: str | None = None
    back_by: AwareDatetime | None = None


class ExchangeNote(Value):
    """Signal `exchange`, from one order to another of its platform: that one replaces goods of this one's return."""

    order_no: str
    return_no: str


class ReturnAsked(Value):
    """What `request_return` answers: the return's number within the order, its copNo, and its workflow."""

    number: int
    return_no: str
    workflow_id: str


class ReturnAnswer(Value):
    """What an update of a return did: the stage it found and what happens next."""

    stage: ReturnStage
    text: Text


class ReturnSnapshot(Value):
    """Query `state` of a return, for operators."""

    key: OrderKey
    number: int
    return_no: str
    stage: ReturnStage
    lines: list[ReturnLine]
    exchange_for: str | None
    history: list[ReturnChange]
    needs_human: str | None
    due_by: AwareDatetime | None


class ReturnStageChanged(Value):
    """The outbound event `cn.sandan.return.stage-changed.v1`."""

    ebp_code: str
    order_no: str
    return_no: str
    change: ReturnChange
    lines: list[ReturnLine]
    needs_human: str | None = None
    exchange_for: str | None = None
    refunded: Decimal | None = None


class StockReturned(Value):
    """The outbound event `cn.sandan.stock.returned.v1`: goods that may be sold again, in the unit of the list."""

    ebp_code: str
    order_no: str
    return_no: str
    lines: list[ReturnLine]
    at: AwareDatetime


def return_workflow_id(key: OrderKey, number: int) -> str:
    """The id of the workflow of an order's return."""
    return f"return/{key.ebp_code}/{key.order_no}/{number}"


def key_of_return(workflow_id: str) -> OrderKey:
    """The order of a return's workflow id. Raises ValueError for other ids."""
    kind, *parts = workflow_id.split("/")
    if kind != "return" or len(parts) != len(("ebp_code", "order_no", "number")) or not all(parts):
        raise ValueError(f"not the id of a return: {workflow_id}")
    return OrderKey(ebp_code=parts[0], order_no=parts[1])

"""The event types that go out: whoever says one of them needs no model of what comes in."""

from events.event_type import PREFIX, Direction, EventType
from events.guarantee import GuaranteeLow
from events.life import OrderStageChanged
from events.payment_data_life import PaymentDataChanged, PaymentDataWanted
from events.receipts import DocumentAnswered
from events.return_life import ReturnStageChanged, StockReturned
from events.tax_payment import TaxPaid, TaxPaymentRefused

STAGE_CHANGED = EventType(
    f"{PREFIX}order.stage-changed.v1", Direction.OUTBOUND, OrderStageChanged, "An order entered another stage"
)
DOCUMENT_ANSWERED = EventType(
    f"{PREFIX}document.answered.v1",
    Direction.OUTBOUND,
    DocumentAnswered,
    "The receipt of a document that came over the bus",
)
PAYMENT_DATA_CHANGED = EventType(
    f"{PREFIX}payment-data.stage-changed.v1",
    Direction.OUTBOUND,
    PaymentDataChanged,
    "The answer to customs' question for payment data entered another stage, or needs a person",
)
PAYMENT_DATA_WANTED = EventType(
    f"{PREFIX}payment-data.wanted.v1",
    Direction.OUTBOUND,
    PaymentDataWanted,
    "Customs asks for payment data that nobody has sent yet",
)
GUARANTEE_LOW = EventType(
    f"{PREFIX}guarantee.low.v1", Direction.OUTBOUND, GuaranteeLow, "A guarantee is nearly used up"
)
RETURN_STAGE_CHANGED = EventType(
    f"{PREFIX}return.stage-changed.v1", Direction.OUTBOUND, ReturnStageChanged, "A return entered another stage"
)
STOCK_RETURNED = EventType(
    f"{PREFIX}stock.returned.v1", Direction.OUTBOUND, StockReturned, "Returned goods may be sold again"
)
TAX_PAID = EventType(f"{PREFIX}tax.paid.v1", Direction.OUTBOUND, TaxPaid, "The bank has paid tax bills of a guarantor")
TAX_PAYMENT_REFUSED = EventType(
    f"{PREFIX}tax.payment-refused.v1",
    Direction.OUTBOUND,
    TaxPaymentRefused,
    "The bank refused a payment of tax; its bills are due again",
)
OUTBOUND = (
    STAGE_CHANGED,
    DOCUMENT_ANSWERED,
    GUARANTEE_LOW,
    RETURN_STAGE_CHANGED,
    STOCK_RETURNED,
    TAX_PAID,
    TAX_PAYMENT_REFUSED,
    PAYMENT_DATA_CHANGED,
    PAYMENT_DATA_WANTED,
)

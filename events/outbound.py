"""The event types that go out: whoever says one of them needs no model of what comes in."""

from events.event_type import PREFIX, Direction, EventType
from events.place import ModelPlace


def _outbound(name: str, module: str, model: str, summary: str) -> EventType:
    return EventType(f"{PREFIX}{name}.v1", Direction.OUTBOUND, ModelPlace(f"events.{module}", model), summary)


STAGE_CHANGED = _outbound("order.stage-changed", "life", "OrderStageChanged", "An order entered another stage")
DOCUMENT_ANSWERED = _outbound(
    "document.answered", "receipts", "DocumentAnswered", "The receipt of a document that came over the bus"
)
PAYMENT_DATA_CHANGED = _outbound(
    "payment-data.stage-changed",
    "payment_data_life",
    "PaymentDataChanged",
    "The answer to customs' question for payment data entered another stage, or needs a person",
)
PAYMENT_DATA_WANTED = _outbound(
    "payment-data.wanted",
    "payment_data_life",
    "PaymentDataWanted",
    "Customs asks for payment data that nobody has sent yet",
)
GUARANTEE_LOW = _outbound("guarantee.low", "guarantee", "GuaranteeLow", "A guarantee is nearly used up")
RETURN_STAGE_CHANGED = _outbound(
    "return.stage-changed", "return_life", "ReturnStageChanged", "A return entered another stage"
)
STOCK_RETURNED = _outbound("stock.returned", "return_life", "StockReturned", "Returned goods may be sold again")
TAX_PAID = _outbound("tax.paid", "tax_payment", "TaxPaid", "The bank has paid tax bills of a guarantor")
TAX_PAYMENT_REFUSED = _outbound(
    "tax.payment-refused",
    "tax_payment",
    "TaxPaymentRefused",
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

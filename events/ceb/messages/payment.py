"""CEB411 and CEB412: import payments and their receipts."""

from typing import Annotated

from events.ceb.frame import CebMessage, UploadMessage, many
from events.ceb.payment import Payment, PaymentReturn


class CEB411Message(UploadMessage):
    """Import payments."""

    root = "CEB411Message"
    first_element = "payments"
    payments: Annotated[list[Payment], many("Payment")]


class CEB412Message(CebMessage):
    """Receipts of payments."""

    root = "CEB412Message"
    first_element = "returns"
    returns: Annotated[list[PaymentReturn], many("PaymentReturn")]

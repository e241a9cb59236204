"""CEB311 and CEB312: import orders and their receipts."""

from typing import Annotated

from events.ceb.frame import CebMessage, UploadMessage, many
from events.ceb.order import Order, OrderReturn


class CEB311Message(UploadMessage):
    """Import orders."""

    root = "CEB311Message"
    first_element = "orders"
    orders: Annotated[list[Order], many("Order")]


class CEB312Message(CebMessage):
    """Receipts of orders."""

    root = "CEB312Message"
    first_element = "returns"
    returns: Annotated[list[OrderReturn], many("OrderReturn")]

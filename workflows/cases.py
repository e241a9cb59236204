"""What an order has open beside its own life: a cancellation, a return."""

from pydantic import BaseModel

from events.ceb.declaration_list import Cancellation
from events.ceb.list_application import ListApplicationReturn
from events.return_life import ReturnRequest, ReturnResult


class CancellationCase(BaseModel):
    """A cancellation that customs must decide: who asked, why, and how far it has come."""

    who: str
    why: str
    document: Cancellation | None = None
    number: int | None = None
    receipts_read: int = 0
    counted: ListApplicationReturn | None = None
    resends: int = 0


class ReturnCase(BaseModel):
    """A return of goods: what was asked for, and how it ended, once it has.

    `linked`: the order that it is exchanged for knows of it. `holds_payments`: no payment takes the tax meanwhile.
    """

    number: int
    return_no: str
    request: ReturnRequest
    result: ReturnResult | None = None
    linked: bool = False
    holds_payments: bool = False

"""What the rules of the match look at."""

from decimal import Decimal
from typing import NamedTuple

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.waybill import Waybill
from functions.matching.models import MatchRequest


class Case(NamedTuple):
    """The documents of one order. A document is there when the rule's entry in the table says that it needs it.

    In `given` every document may be missing.
    """

    given: MatchRequest
    tolerance: Decimal
    order: Order
    payment: Payment
    waybill: Waybill
    listed: DeclarationList

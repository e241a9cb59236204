"""What the world is told of guarantees."""

from decimal import Decimal

from pydantic import AwareDatetime

from events.ceb.base import Amount
from events.values import Value


class GuaranteeLow(Value):
    """The outbound event `cn.sandan.guarantee.low.v1`: the use of a guarantee has crossed the share that warns.

    Amounts are CNY. `crossing` counts the crossings of this guarantor: an event that comes twice has the same one.
    """

    guarantor: str
    crossing: int
    amount: Amount
    in_use: Amount
    available: Amount
    alert_share: Decimal
    at: AwareDatetime

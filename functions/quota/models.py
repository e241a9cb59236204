"""What an order takes of the goods that one person may buy in a year."""

from decimal import Decimal

from events.values import Value


class YearlyQuantity(Value):
    """What a list takes of a yearly quantity per person (a remark of the positive list); `goods` names the remark."""

    goods: str
    unit: str
    quantity: Decimal
    limit: Decimal
    basis: str

"""What is in one order: lines of goods, as the order names them and as the list declares them, and their sums."""

from decimal import ROUND_HALF_UP, Decimal
from random import Random

from events.ceb.declaration_list import ListItem
from events.ceb.order import OrderItem
from events.declaration_request import GoodsDeclaration
from events.values import Value
from infra.generate.goods import HANDBAG, RANGE, Good

CNY = "142"
_CENT = Decimal("0.01")
_GOODS_VALUE_LIMIT = Decimal(4000)  # with freight and tax the order stays below the single limit of 5,000 CNY
_TARE = Decimal("1.15")


class Line(Value):
    """So many pieces of one article at a price."""

    gnum: int
    good: Good
    qty: Decimal
    price: Decimal

    @property
    def total(self) -> Decimal:
        """price x qty, in CNY."""
        return self.price * self.qty

    @property
    def _shared(self) -> dict[str, object]:
        """What the order and the list say alike."""
        return {
            "gnum": self.gnum,
            "item_no": self.good.item_no,
            "item_name": self.good.name,
            "gmodel": self.good.model,
            "bar_code": "无",
            "unit": self.good.unit,
            "qty": self.qty,
            "price": self.price,
            "total_price": self.total,
            "currency": CNY,
            "country": self.good.origin,
        }

    def order_item(self) -> OrderItem:
        """The line in the order."""
        return OrderItem.model_validate(self._shared)

    def declaration(self, bonded: bool) -> GoodsDeclaration:
        """What the list says of the line and the order does not; bonded goods have a number in the account book."""
        return GoodsDeclaration(
            gnum=self.gnum,
            item_record_no=self.good.item_no.replace("SKU-", "R") if bonded else None,
            gcode=self.good.gcode,
            gname=self.good.name,
            qty1=self.good.legal * self.qty,
            unit1=self.good.legal_unit,
        )

    def list_item(self, bonded: bool) -> ListItem:
        """The line in the list."""
        declared = self.declaration(bonded).model_dump(by_alias=False, exclude_none=True)
        return ListItem.model_validate(self._shared | declared)


def basket(random: Random) -> tuple[Line, ...]:
    """One to five lines, together below 4,000 CNY."""
    lines: list[Line] = []
    spent = Decimal(0)
    for good in random.sample(RANGE, k=random.randint(1, 5)):
        price = rounded(good.price * random.randint(90, 110) / 100)
        line = Line(gnum=len(lines) + 1, good=good, qty=Decimal(random.randint(1, 4)), price=price)
        if spent + line.total < _GOODS_VALUE_LIMIT:
            lines.append(line)
            spent += line.total
    return tuple(lines)


def one_handbag() -> tuple[Line, ...]:
    """One piece that is over every limit."""
    return (Line(gnum=1, good=HANDBAG, qty=Decimal(1), price=HANDBAG.price),)


def value_of(lines: tuple[Line, ...]) -> Decimal:
    """The goods value in CNY."""
    return sum((line.total for line in lines), Decimal(0))


def net_weight(lines: tuple[Line, ...]) -> Decimal:
    """In kilograms."""
    return sum((line.good.kilos * line.qty for line in lines), Decimal(0))


def gross_weight(lines: tuple[Line, ...]) -> Decimal:
    """In kilograms, with the packing."""
    return rounded(net_weight(lines) * _TARE) + _CENT


def rounded(amount: Decimal) -> Decimal:
    """Half up to 0.01."""
    return amount.quantize(_CENT, ROUND_HALF_UP)

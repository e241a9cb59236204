"""What numbers must be by the fields in which they stand: nothing negative, no quantity of nothing."""

from decimal import Decimal

from events.ceb.business.field_rules import FieldRule
from events.ceb.business.problem import BusinessRule
from events.ceb.business.scope import EXPORT
from events.ceb.business.tree import Field
from events.values import Text

_BASIS = "规范 202205"
_ZERO = Decimal(0)  # its comparisons are quicker than functions of ours
_NOT_NEGATIVE = BusinessRule("N-NEGATIVE", Text(zh="不能小于 0", en="it must not be below 0"), _BASIS)
_POSITIVE = BusinessRule("N-POSITIVE", Text(zh="必须大于 0", en="it must be above 0"), _BASIS)

_QUANTITIES = frozenset({"qty", "qty1", "qty2", "grossWeight", "weight", "gnum", "gseqno", "msgCount", "msgSeqNo"})


def number_rules(message: str, field: Field) -> tuple[FieldRule, ...]:
    """The rules of a field that holds a number; packNo of import documents has its own, that it is 1."""
    names = frozenset({field.official})
    if not issubclass(field.base, Decimal | int):
        return ()
    if field.official in _QUANTITIES or (field.official == "packNo" and message in EXPORT):
        return (FieldRule(_POSITIVE, _ZERO.__lt__, names),)
    return (FieldRule(_NOT_NEGATIVE, _ZERO.__le__, names),) if field.base is Decimal else ()

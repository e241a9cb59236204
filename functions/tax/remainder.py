"""What is left of an assessment when part of the goods came back."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

from events.problems import InvalidInputError, Problem
from functions.quota.rules import together
from functions.tax.models import ItemTax, Remainder, RemainderRequest, ReturnedLine
from functions.tax.rounding import CENT


def remainder(request: RemainderRequest) -> Remainder:
    """The taxes and quantities of what the buyer keeps.

    Computed from everything that has come back so far, never from the last return alone: so it does not matter in
    which parts goods come back, more returned never leaves more, and everything returned leaves exactly nothing. Each
    amount of each line is rounded half up at its own digits, at least cents. Raises InvalidInputError for a line that
    the assessment does not have, that stands twice, or of which more came back than was declared.
    """
    returned = _by_line(request)
    left = [_left(item, returned.get(item.gnum)) for item in request.assessment.items]
    duty, consumption, vat = (
        sum((amount for amount in amounts), Decimal("0.00"))
        for amounts in (
            [item.duty for item in left],
            [item.consumption_tax for item in left],
            [item.vat for item in left],
        )
    )
    return Remainder(
        dutiable_value=sum((item.dutiable_value for item in left), Decimal("0.00")),
        duty=duty,
        consumption_tax=consumption,
        vat=vat,
        total=duty + consumption + vat,
        yearly=together([item.yearly for item in left if item.yearly]),
    )


def _left(item: ItemTax, returned: ReturnedLine | None) -> ItemTax:
    if returned is None:
        return item
    kept = 1 - Fraction(returned.returned) / Fraction(returned.declared)
    amounts = {name: _part(getattr(item, name), kept) for name in ("dutiable_value", "duty", "consumption_tax", "vat")}
    yearly = item.yearly and item.yearly.model_copy(update={"quantity": _part(item.yearly.quantity, kept)})
    return item.model_copy(update={**amounts, "yearly": yearly})


def _part(amount: Decimal, share: Fraction) -> Decimal:
    step = min(CENT, Decimal(1).scaleb(int(amount.as_tuple().exponent)))
    return floor(Fraction(amount) * share / Fraction(step) + Fraction(1, 2)) * step


def _by_line(request: RemainderRequest) -> dict[int, ReturnedLine]:
    known = [item.gnum for item in request.assessment.items]
    problems = [
        Problem(path=f"/returned[{place}]/{field}", rule=rule, value=value, message=message)
        for place, line in enumerate(request.returned, 1)
        for field, rule, value, message in _mistakes(line, known, request.returned)
    ]
    if problems:
        raise InvalidInputError(problems)
    return {line.gnum: line for line in request.returned}


def _mistakes(
    line: ReturnedLine, known: Sequence[int], lines: Sequence[ReturnedLine]
) -> list[tuple[str, str, str, str]]:
    found = []
    if known.count(line.gnum) != 1:
        lines_of = ", ".join(map(str, known)) or "none"
        found.append(("gnum", "line", str(line.gnum), f"is no line of the assessment; they are {lines_of}"))
    if [other.gnum for other in lines].count(line.gnum) > 1:
        found.append(("gnum", "unique", str(line.gnum), "stands more than once: give all that came back of it at once"))
    if line.declared <= 0:
        found.append(("declared", "quantity", str(line.declared), "must be above 0: what the list declares"))
    elif not 0 <= line.returned <= line.declared:
        found.append(
            ("returned", "quantity", str(line.returned), f"must be from 0 to the {line.declared} that were declared")
        )
    return found

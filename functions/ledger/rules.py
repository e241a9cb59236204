"""From one state of an order's charge to the next: pure, and the same however often it is asked."""

from dataclasses import dataclass, field
from decimal import Decimal

from events.findings import Finding
from functions.ledger.bills import with_bill
from functions.ledger.findings import more_than_left, not_changeable, not_held, nothing_reserved, superseded
from functions.ledger.models import (
    BillRequest,
    Charge,
    CommitRequest,
    GiveBackRequest,
    ReleaseRequest,
    ReserveOutcome,
    ReserveRequest,
    ReturningRequest,
    Standing,
)
from functions.ledger.record import OrderRecord, nothing

IN_PAYMENT = {Standing.CLAIMED, Standing.PAID}


@dataclass(frozen=True)
class Step:
    """The next state (the same one when nothing changes), and what is to be told."""

    after: OrderRecord
    findings: list[Finding] = field(default_factory=list)
    outcome: ReserveOutcome = ReserveOutcome.RESERVED


def reserved(before: OrderRecord, request: ReserveRequest, buyer: str) -> Step:
    """The charge as asked; that of a released list stays held, so that a person can mend it."""
    latest = max(before.list_version, before.released_version + 1 if before.released_version else 0)
    if request.list_version and request.list_version < latest:
        return Step(before, [superseded(request.list_version, latest)], ReserveOutcome.SUPERSEDED)
    target = {
        "charge": request.charge,
        "year": request.on.year,
        "buyer": buyer,
        "guarantor": request.guarantor,
        "list_version": request.list_version or before.list_version,
    }
    if before.standing in IN_PAYMENT:
        same = before.model_copy(update=target) == before
        refusal = Step(before, [not_changeable(before.standing, before.payment_no)], ReserveOutcome.TAX_CLAIMED)
        return Step(before) if same else refusal
    if before.standing is Standing.HELD:
        return Step(before.changed(**target))
    return Step(before.changed(standing=Standing.RESERVED, released_at=None, **target))


def released(before: OrderRecord, request: ReleaseRequest) -> Step:
    """Everything is given back; of what a payment has claimed nothing is."""
    if request.list_version and request.list_version < before.list_version:
        return Step(before, [superseded(request.list_version, before.list_version)])
    if before.standing in IN_PAYMENT:
        return Step(before, [not_changeable(before.standing, before.payment_no)])
    version = max(request.list_version, before.released_version)
    return Step(before.changed(standing=Standing.RELEASED, charge=nothing(), released_version=version))


def committed(before: OrderRecord, request: CommitRequest) -> Step:
    """What was reserved is held from now on; the first release counts."""
    if before.standing is Standing.RESERVED:
        after, findings = before.changed(standing=Standing.HELD, released_at=request.released_at), []
    else:
        after, findings = before, [] if before.released_at else [nothing_reserved(before.standing)]
    return _with_bill(before, Step(after, findings), request)


def billed(before: OrderRecord, request: BillRequest) -> Step:
    """A bill, or its new status, is on record."""
    after, findings = with_bill(before, request.bill)
    return Step(after, findings)


def given_back(before: OrderRecord, request: GiveBackRequest) -> Step:
    """The charge is what is left after a return; the bill of before does not count any more."""
    if request.return_number < before.return_number:
        return Step(before)
    if before.standing in IN_PAYMENT:
        return Step(before, [not_changeable(before.standing, before.payment_no)])
    if before.standing is Standing.RELEASED and _takes_nothing(request.charge):
        return Step(before)
    if before.standing is not Standing.HELD:
        return Step(before, [not_held(before.standing)])
    if over := more_than(request.charge, before.charge):
        return Step(before, over)
    lower_tax = request.charge.tax < before.charge.tax
    return Step(
        before.changed(
            charge=request.charge,
            return_number=request.return_number,
            standing=Standing.RELEASED if _takes_nothing(request.charge) else Standing.HELD,
            outdated_bill=before.bill if lower_tax and before.bill else before.outdated_bill,
            outdated_taxes=(*before.outdated_taxes, *([before.charge.tax] if lower_tax else [])),
        )
    )


def returning(before: OrderRecord, request: ReturningRequest) -> Step:
    """A return has begun or ended; a call that comes late does not begin one again that has ended."""
    number = request.return_number
    if not request.under_way:
        ended = max(number, before.returns_ended)
        under_way = before.return_under_way if before.return_under_way > number else 0
        return Step(before.changed(return_under_way=under_way, returns_ended=ended))
    return Step(before if number <= before.returns_ended else before.changed(return_under_way=number))


def more_than(target: Charge, there: Charge) -> list[Finding]:
    """Where a target takes more than what there is."""
    pairs = [("value", target.value, there.value), ("tax", target.tax, there.tax)]
    left = _quantities(there)
    pairs += [
        (f"{goods}/{unit}", asked, left.get((goods, unit), Decimal()))
        for (goods, unit), asked in _quantities(target).items()
    ]
    return [more_than_left(name, asked, has) for name, asked, has in pairs if asked > has]


def _quantities(charge: Charge) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for yearly in charge.yearly:
        place = (yearly.goods, yearly.unit)
        found[place] = found.get(place, Decimal()) + yearly.quantity
    return found


def _takes_nothing(charge: Charge) -> bool:
    return not charge.value and not charge.tax and not any(_quantities(charge).values())


def _with_bill(before: OrderRecord, step: Step, request: CommitRequest) -> Step:
    """One change of the record, whether the bill came along or not."""
    if request.bill is None:
        return step
    after, findings = with_bill(step.after, request.bill)
    if after is not before:
        after = after.model_copy(update={"seq": before.seq + 1})
    return Step(after, [*step.findings, *findings])

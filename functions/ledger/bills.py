"""What a tax bill changes in an order's record (rulebook 4.4: status 1 generated, 2 summarised, 3 void)."""

from events.findings import Finding
from functions.ledger.findings import other_bill, unknown_status
from functions.ledger.models import Bill
from functions.ledger.record import GENERATED, SUMMARISED, VOID, OrderRecord

_STATUSES = (GENERATED, SUMMARISED, VOID)


def with_bill(before: OrderRecord, bill: Bill) -> tuple[OrderRecord, list[Finding]]:
    """The record with a bill that came; bills come late, twice and in any order, and never step back."""
    known = before.bill
    if bill.status not in _STATUSES:
        return before, [unknown_status(bill)]
    if known is None:
        return before.changed(bill=bill), []
    if known.tax_no != bill.tax_no:
        return _other_number(before, known, bill)
    if _steps_back(before, known, bill):
        return before, []
    return before.changed(bill=bill.model_copy(update={"ent_duty_no": bill.ent_duty_no or known.ent_duty_no})), []


def _other_number(before: OrderRecord, known: Bill, bill: Bill) -> tuple[OrderRecord, list[Finding]]:
    """A bill of another number counts when the one on record does not any more."""
    if bill.status == VOID or before.is_outdated(bill):
        return before, []
    if known.status == VOID or before.is_outdated(known):
        return before.changed(bill=bill, outdated_bill=known), []
    return before, [other_bill(known, bill)]


def _steps_back(before: OrderRecord, known: Bill, bill: Bill) -> bool:
    if bill.status != known.status:
        return bill.status < known.status
    return bill.total != known.total and before.is_outdated(bill)

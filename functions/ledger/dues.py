"""Which guarantors have something to pay."""

from datetime import datetime

from functions.ledger import guarantee_store, payment_store, store
from functions.ledger.models import Due, DueRequest, GuarantorDue
from functions.ledger.record import due_queue, unbilled_queue


def due(request: DueRequest) -> Due:
    """Those with bills, or charges without a bill, whose time has come."""
    found = [_due(guarantor, request) for guarantor in guarantee_store.guarantors()]
    return Due(guarantors=[one for one in found if one.bills or one.unbilled])


def _due(guarantor: str, request: DueRequest) -> GuarantorDue:
    queue = due_queue(guarantor)
    return GuarantorDue(
        guarantor=guarantor,
        bills=payment_store.count(queue, request.due_before),
        overdue=payment_store.count(queue, request.overdue_before),
        oldest=_oldest(queue, request.due_before),
        unbilled=payment_store.count(unbilled_queue(guarantor), request.due_before),
    )


def _oldest(queue: str, before: datetime) -> datetime | None:
    first = next(payment_store.waiting(queue, before), [])
    return store.read(first[0]).released_at if first else None

"""Open, change and show guarantees."""

from decimal import Decimal

from events.findings import Finding
from functions.ledger import alerts, guarantee_store
from functions.ledger.account_models import Guarantee, OpenGuaranteeRequest
from functions.ledger.accounts import Part
from functions.ledger.findings import below_use
from functions.ledger.store import Posted
from functions.ledger.table import ATTEMPTS, ContendedError, pause


def open_guarantee(request: OpenGuaranteeRequest) -> Guarantee:
    """Set the amount of a guarantee; refused with a finding when more than that is in use."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        now = guarantee_store.read(request.guarantor)
        if now.ceiling == request.amount:
            break
        if request.amount < now.in_use:
            return show(request.guarantor, below_use(request.guarantor, request.amount, now.in_use))
        if guarantee_store.set_ceiling(request.guarantor, now, request.amount) is Posted.DONE:
            break
    else:
        raise ContendedError(f"could not set the guarantee of {request.guarantor}")
    alerts.watch([request.guarantor])
    return show(request.guarantor)


def show(guarantor: str, *findings: Finding) -> Guarantee:
    """A guarantee as it stands."""
    now = guarantee_store.read(guarantor)
    return Guarantee(
        guarantor=guarantor,
        amount=now.ceiling,
        reserved=now.part(Part.RESERVED),
        held=now.part(Part.HELD),
        available=now.available or Decimal(),
        alerted=now.alerted,
        findings=list(findings),
    )

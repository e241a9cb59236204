"""What a person may decide about the tax of one released order, from one state of its record to the next: pure."""

from datetime import datetime

from events.findings import Finding
from functions.ledger.findings import no_bill_to_accept, not_changeable, nothing_held
from functions.ledger.models import DecideRequest, Decision, DecisionKind, Standing
from functions.ledger.record import GENERATED, OrderRecord
from functions.ledger.rules import IN_PAYMENT, Step


def decided(before: OrderRecord, request: DecideRequest, at: datetime) -> Step:
    """The record with the decision; the same one when it stands so already. What a payment has claimed stays."""
    if before.standing in IN_PAYMENT:
        return Step(before, [not_changeable(before.standing, before.payment_no)])
    if before.standing is not Standing.HELD:
        return Step(before, [nothing_held(before.standing)])
    decision = Decision(what=request.what, who=request.who, why=request.why, at=at)
    if request.what is DecisionKind.BILL_ACCEPTED:
        return _accepted(before, decision)
    if before.is_left_out is (request.what is DecisionKind.LEFT_OUT):
        return Step(before)
    return Step(before.changed(decisions=[*before.decisions, decision]))


def _accepted(before: OrderRecord, decision: Decision) -> Step:
    """The tax that is held is that of the bill from now on; what the order takes of the buyer's year stays."""
    bill = before.bill
    if problem := _not_acceptable(before):
        return Step(before, [problem])
    assert bill
    if bill.total == before.charge.tax:
        return Step(before)
    charge = before.charge.model_copy(update={"tax": bill.total})
    return Step(before.changed(charge=charge, decisions=[*before.decisions, decision]))


def _not_acceptable(before: OrderRecord) -> Finding | None:
    bill = before.bill
    if bill is None or bill.status != GENERATED or before.is_outdated(bill):
        return no_bill_to_accept(bill)
    return None

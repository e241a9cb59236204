"""The money of one order: its charge to the buyer's year and to the guarantee, and the tax bill."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.life import LifeLimits, Stage
    from events.values import CHINA
    from functions.ledger import handler as ledger
    from functions.ledger.findings import BILL
    from functions.ledger.models import (
        Bill,
        BillRequest,
        Charge,
        CommitRequest,
        OrderCharge,
        ReleaseRequest,
        ReserveOutcome,
        ReserveRequest,
        Standing,
    )
    from functions.policy import handler as policy
    from functions.policy.models import RowInEffect, RowRequest
    from workflows import texts
    from workflows.calls import call, call_together
    from workflows.order_state import AT_CUSTOMS, OrderState
    from workflows.tax_bills import VOID
    from workflows.together import ROW_AND_COMMIT

TAX_BILL_DIFFERS = "tax-bill-differs"
LEDGER_DIFFERS = "ledger-differs"
SUMMARISED = "2"
RETURN_WINDOW = "return.window_days"
_HELD = "the charge is held"
_HOLDS = AT_CUSTOMS | {Stage.MATCHED}


class Duties:
    """Reserve before the declaration, hold from the release on, give back when the list comes to nothing."""

    def __init__(self, state: OrderState, limits: LifeLimits, *, together: bool) -> None:
        self._state = state
        self._limits = limits
        self._together = together
        self._held: OrderCharge | None = None

    async def reserve_when_matched(self) -> None:
        """What the list takes of the buyer's year and of the guarantee, before it is declared.

        A guarantee that does not cover the tax lets the order wait; it asks again by a timer. Charges are counted by
        themselves: one may be given back, and another one reserved, before any version of the list is declared.
        """
        state = self._state
        if state.to_match or not self._may_ask():
            return
        assert state.declaration_list
        assert state.assessment
        head = state.declaration_list.head
        request = ReserveRequest(
            key=state.key,
            on=workflow.now().astimezone(CHINA).date(),
            buyer_id_type=head.buyer_id_type,
            buyer_id=head.buyer_id_number,
            guarantor=head.assure_code,
            charge=_charge_of(state),
            list_version=state.charged_version + 1,
        )
        reserved = await call(ledger.reserve, request, f"charge {request.list_version} of the order")
        state.note(workflow.now(), "reservation", reserved.model_dump(mode="json"))
        if reserved.outcome is ReserveOutcome.RESERVED:
            state.standing, state.charged_version = Standing.RESERVED, request.list_version
            if state.stage is Stage.AWAITING_GUARANTEE:
                state.findings = []
                state.enter(Stage.MATCHED, texts.COVERED, workflow.now())
            return
        state.findings = reserved.findings
        if reserved.outcome is ReserveOutcome.GUARANTEE_SHORT:
            self._await_guarantee(head.assure_code)
            return
        state.deadline = workflow.now() + self._limits.correction
        rules = sorted({finding.rule for finding in reserved.findings})
        state.enter(Stage.MISMATCHED, texts.mismatched(rules), workflow.now())

    def _may_ask(self) -> bool:
        state = self._state
        if state.stage is Stage.AWAITING_GUARANTEE:
            return state.deadline is not None and workflow.now() >= state.deadline
        return state.stage is Stage.MATCHED

    def _await_guarantee(self, guarantor: str) -> None:
        state = self._state
        state.deadline = workflow.now() + self._limits.guarantee_retry
        if state.stage is not Stage.AWAITING_GUARANTEE:
            state.enter(Stage.AWAITING_GUARANTEE, texts.awaiting_guarantee(guarantor), workflow.now())

    async def window_at_release(self, released_at: datetime) -> RowInEffect:
        """The policy's days for returns; the call also holds what was reserved, which `keep_up` then takes in."""
        request = RowRequest(topic=RETURN_WINDOW, on=released_at.astimezone(CHINA).date())
        if not self._together or self._state.standing is not Standing.RESERVED:
            return await call(policy.row, request, RETURN_WINDOW)
        words = f"{RETURN_WINDOW}, and {_HELD}"
        row, self._held = await call_together(ROW_AND_COMMIT, request, self._commit_request(released_at), words)
        return row

    def _commit_request(self, released_at: datetime) -> CommitRequest:
        state = self._state
        state.recorded_bill = state.bill
        return CommitRequest(key=state.key, released_at=released_at, bill=state.bill)

    async def keep_up(self) -> None:
        """Bring the ledger to where the order stands: one place, so that no way out of a stage is forgotten."""
        state = self._state
        if state.standing is not Standing.RESERVED:
            return
        if state.released_at is not None:
            held, self._held = self._held, None
            self._took(held or await call(ledger.commit, self._commit_request(state.released_at), _HELD))
        elif state.stage not in _HOLDS:
            release = ReleaseRequest(key=state.key, reason=state.stage.value, list_version=state.charged_version)
            self._took(await call(ledger.release, release, f"nothing is charged: {state.stage}"))

    async def follow_bill(self, *, lasts: bool) -> None:
        """Put the tax bill on record, and close a delivered order that owes nothing more.

        A new bill alone can wait for the next thing that is to be recorded anyway: it is due in a month.
        """
        state, bill = self._state, self._state.bill
        if state.released_at is None or state.open_return is not None:
            return
        if bill is not None:
            await self._record(bill, lasts=lasts)
        if state.open_return is not None or state.stage.is_final:
            return  # asked for meanwhile
        if state.is_all_back:
            self._end_when_void(bill)
        elif self._can_close(bill):
            self._close_when_the_window_is_over(bill)

    async def _record(self, bill: Bill, *, lasts: bool) -> None:
        """A bill that comes while goods are coming back waits for the end of that: it may be of before or after it.

        Without a deadline nothing else is to come that it could wait for: no payment would ever take it.
        """
        state = self._state
        is_time = lasts or state.deadline is None or bill.status != "1" or state.told < len(state.changes)
        if is_time and bill != state.recorded_bill:
            state.recorded_bill = bill
            taken = await call(ledger.bill, BillRequest(key=state.key, bill=bill), f"tax bill, status {bill.status}")
            self._took(taken)

    def _can_close(self, bill: Bill | None) -> bool:
        state = self._state
        paid = not state.owes_tax or (bill is not None and bill.status == SUMMARISED)
        return state.stage is Stage.DELIVERED and paid and not state.needs_human

    def _end_when_void(self, bill: Bill | None) -> None:
        """Everything came back: the order ends when customs has made the bill void; where the tax stays, when paid."""
        state, now = self._state, workflow.now()
        status = bill.status if bill else None
        if not state.owes_tax or status == VOID:
            state.enter(Stage.RETURNED, texts.ALL_BACK, now)
        elif state.keeps_tax:
            if status == SUMMARISED:
                state.enter(Stage.RETURNED, texts.ALL_BACK_TAX_PAID, now)
        elif state.deadline is None and not state.needs_human:
            state.deadline = now + self._limits.decision

    def _close_when_the_window_is_over(self, bill: Bill | None) -> None:
        """The tax is paid after the days for returns; where it is paid before, or not owed, they are waited for."""
        state, now = self._state, workflow.now()
        if state.window_ends is not None and now < state.window_ends:
            state.deadline = state.window_ends
        elif state.owes_tax and bill is not None:
            state.enter(Stage.CLOSED, texts.tax_paid(bill.tax_no, bill.ent_duty_no), now)
        else:
            state.enter(Stage.CLOSED, texts.closed(state.window_days), now)

    def _took(self, charge: OrderCharge) -> None:
        """What the ledger finds wrong is for a person."""
        state = self._state
        state.standing = charge.standing
        if charge.findings:
            state.findings = [*state.findings, *charge.findings]
            state.needs_human = TAX_BILL_DIFFERS if charge.findings[-1].rule == BILL else LEDGER_DIFFERS
            state.enter(state.stage, charge.findings[-1].message, workflow.now())


def _charge_of(state: OrderState) -> Charge:
    assert state.assessment
    assessed = state.assessment
    return Charge(value=assessed.dutiable_value, tax=assessed.total, yearly=assessed.yearly)

"""The proofs about money: refunds, bills, payments, books."""

from collections import Counter
from decimal import Decimal

from events.life import Stage
from events.return_life import ReturnStage
from infra.chaos.evidence import Evidence
from infra.chaos.promise import Failure, Findings, all_orders, order_in_ui
from infra.demo.returns import ENDS
from infra.generate.scenarios import Scenario

_PAID, _VOID = "2", "3"


def refunded_once(evidence: Evidence) -> Findings:
    """Each return that was settled has one refund, and nothing else has."""
    done = Counter(entry["order"]["orderNo"] for entry in evidence.refunds if entry["done"])
    for order in all_orders(evidence):
        settled = ENDS.get(order.scenario) is ReturnStage.SETTLED and order.scenario is not Scenario.REFUND_REFUSED
        times = done.pop(order.key.order_no, 0)
        yield (
            Failure(
                subject=order.key.order_no,
                expected="one refund" if settled else "no refund",
                found=f"{times} refunds",
                look=f"return workflows of {order.key.workflow_id}; GET /payments/refunds of the sandbox",
            )
            if times != settled
            else None
        )
    for order_no, times in done.items():
        yield Failure(
            subject=order_no, expected="no such order", found=f"{times} refunds", look="GET /payments/refunds"
        )


def tax_paid_once(evidence: Evidence) -> Findings:
    """Each bill that is due is paid once, to the cent, and no other."""
    paid: Counter[str] = Counter()
    amounts: dict[str, Decimal] = {}
    for entry in evidence.payments:
        for line in entry["order"]["lines"] if entry["done"] else ():
            paid[line["taxNo"]] += 1
            amounts[line["taxNo"]] = Decimal(str(line["amount"]))
    bills = {bill.tax_no: bill for bill in evidence.bills}
    for number in paid.keys() | bills.keys():
        bill = bills.get(number)
        due = bill.total if bill and bill.status != _VOID else Decimal(0)
        wrong = paid[number] != bool(due) or amounts.get(number, Decimal(0)) != due
        yield (
            Failure(
                subject=number,
                expected=f"{due} CNY, paid once" if due else "nothing is paid",
                found=f"paid {paid[number]} times, {amounts.get(number, 0)} CNY",
                look="GET /customs/tax-bills and /bank/payments of the sandbox; workflows tax-payment/…",
            )
            if wrong
            else None
        )


def closed_have_paid(evidence: Evidence) -> Findings:
    """Whoever is closed has paid its tax."""
    cases = {case.order_no: case for case in evidence.cases}
    for order in evidence.demo.orders:
        if order.finalStage is not Stage.CLOSED:
            continue
        case = cases.get(order.orderNo)
        bill = case.tax_bill if case else None
        yield (
            None
            if bill and bill.status == _PAID
            else Failure(
                subject=order.orderNo,
                expected="closed, so its bill is paid",
                found=f"bill {bill.tax_no} has the status {bill.status}" if bill else "no bill",
                look=order_in_ui(evidence, order.orderNo),
            )
        )


def books_balance(evidence: Evidence) -> Findings:
    """The ledger is what its postings say, and nothing is held when all is paid."""
    books = evidence.demo.books
    for difference in books.differences:
        yield Failure(
            subject="ledger", expected="what the postings say", found=str(difference), look="sandan ledger verify"
        )
    for _ in range(books.accounts - len(books.differences)):
        yield None
    for one in evidence.guarantees:
        yield (
            Failure(
                subject=one.guarantor,
                expected="no tax is held when all is paid",
                found=f"{one.held} CNY held",
                look="sandan guarantee show; sandan ledger verify",
            )
            if one.held
            else None
        )

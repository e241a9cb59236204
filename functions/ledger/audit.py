"""Recompute every balance from the postings, and name each difference: pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from functions.ledger.account_models import Difference
from functions.ledger.accounts import Part
from functions.ledger.balance import COUNTED, Balance
from functions.ledger.models import ClaimedBill, Standing
from functions.ledger.payments import Payment, PaymentState
from functions.ledger.posting import CEILING_OWNER, Posting
from functions.ledger.record import OrderRecord

_Amounts = defaultdict[tuple[str, str], Decimal]
_Sums = defaultdict[str, _Amounts]


def _amounts() -> _Amounts:
    return defaultdict(Decimal)


def _sums() -> _Sums:
    return defaultdict(_amounts)


@dataclass
class Books:
    """What stands in the table, and what the postings add up to.

    `posted` is partition -> (account, part) -> sum, `charged` the same by order; both without the other side of each
    posting, which belongs to the order's or the guarantor's own account. `touched` are the partitions that an order
    has postings in.
    """

    balances: dict[str, dict[str, Balance]] = field(default_factory=lambda: defaultdict(dict))
    records: dict[str, OrderRecord] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    bills: dict[str, list[ClaimedBill]] = field(default_factory=lambda: defaultdict(list))
    postings: int = 0
    unbalanced: list[Difference] = field(default_factory=list)
    posted: _Sums = field(default_factory=_sums)
    charged: _Sums = field(default_factory=_sums)
    touched: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add_posting(self, posting: Posting) -> None:
        """Count a posting in, and see whether its legs sum to zero."""
        self.postings += 1
        units: defaultdict[str, Decimal] = defaultdict(Decimal)
        owner = posting.entry.rpartition("#")[0]
        for leg in posting.legs:
            units[leg.unit] += leg.amount
            if leg.account.startswith(f"{posting.partition}/"):
                self.posted[posting.partition][leg.account, leg.part] += leg.amount
                if owner != CEILING_OWNER:
                    self.touched[f"order#{owner}"].add(posting.partition)
                    self.charged[f"order#{owner}"][leg.account, leg.part] += leg.amount
        for unit, amount in units.items():
            if amount:
                self.unbalanced.append(_difference(posting.partition, f"posting {posting.entry} in {unit}", 0, amount))

    def differences(self) -> list[Difference]:
        """Everything that does not agree."""
        found = list(self.unbalanced)
        for partition in sorted({*self.balances, *self.posted}):
            found += self._of_accounts(partition)
        for order in sorted({*self.records, *self.charged}):
            found += self._of_order(order)
        for partition in sorted({*self.payments, *self.bills}):
            found += self._of_payment(partition)
        return found

    def _of_accounts(self, partition: str) -> Iterable[Difference]:
        posted = self.posted[partition]
        balances = {f"{partition}/{name}": balance for name, balance in self.balances.get(partition, {}).items()}
        places = {*posted, *((name, str(part)) for name, balance in balances.items() for part in balance.parts)}
        for name, part in sorted(places):
            held = balances[name].part(Part(part)) if name in balances else Decimal()
            expected = posted.get((name, part), Decimal())
            if held != expected:
                yield _difference(partition, f"{name} {part}", expected, held)
        for name, balance in balances.items():
            in_use = sum((amount for part, amount in balance.parts.items() if part in COUNTED), Decimal())
            if balance.in_use != in_use:
                yield _difference(partition, f"{name} in use", in_use, balance.in_use)
            if balance.ceiling is not None and balance.available != balance.ceiling - in_use:
                yield _difference(partition, f"{name} available", balance.ceiling - in_use, balance.available)
            if balance.available is not None and balance.available < 0:
                yield _difference(partition, f"{name} available, at least", 0, balance.available)

    def _of_order(self, order: str) -> Iterable[Difference]:
        record = self.records.get(order)
        held = record.holding if record else {}
        holding = {(str(account), str(part)): amount for (account, part), amount in held.items()}
        charged = self.charged[order]
        for place in sorted({*holding, *charged}):
            expected, found = charged.get(place, Decimal()), holding.get(place, Decimal())
            if expected != found:
                yield _difference(order, f"{place[0]} {place[1]}", expected, found)
        if record and record.payment_no:
            members = self.bills.get(f"payment#{record.guarantor}#{record.payment_no}", [])
            if record.key not in {bill.key for bill in members}:
                yield _difference(order, f"bill in payment {record.payment_no}", 1, 0)

    def _of_payment(self, partition: str) -> Iterable[Difference]:
        payment, bills = self.payments.get(partition), self.bills.get(partition, [])
        if payment is None:
            yield _difference(partition, "payment", 1, 0)
            return
        total = sum((bill.tax for bill in bills), Decimal())
        if payment.total != total:
            yield _difference(partition, "total", total, payment.total)
        if payment.bills != len(bills):
            yield _difference(partition, "bills", len(bills), payment.bills)
        paid = self.posted[partition][f"{partition}/paid", Part.PAID]
        if payment.settled_total != paid:
            yield _difference(partition, "settled", paid, payment.settled_total)
        if payment.state is not PaymentState.WITHDRAWN:
            yield from self._of_bills(partition, payment, bills)

    def _of_bills(self, partition: str, payment: Payment, bills: list[ClaimedBill]) -> Iterable[Difference]:
        states = [self.records.get(f"order#{bill.key.workflow_id}") for bill in bills]
        inside = [record for record in states if record and record.payment_no == payment.payment_no]
        if len(inside) != len(bills):
            yield _difference(partition, "orders of its bills", len(bills), len(inside))
        paid = sum(record.standing is Standing.PAID for record in inside)
        if paid != payment.settled_bills:
            yield _difference(partition, "settled bills", paid, payment.settled_bills)


def _difference(partition: str, what: str, expected: Decimal | int, found: Decimal | int | None) -> Difference:
    return Difference(partition=partition, what=what, expected=str(expected), found=str(found))

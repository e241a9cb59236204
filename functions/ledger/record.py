"""What the ledger knows of one order, and what that means for the accounts."""

from collections import defaultdict
from decimal import Decimal
from functools import cache

from pydantic import AwareDatetime, Field

from events.findings import Finding
from events.values import OrderKey, Value
from functions.ledger.accounts import Account, Holding, Part, buyer_goods, buyer_year, guarantee, payment
from functions.ledger.findings import bill_differs, void_after_claim
from functions.ledger.models import Bill, Charge, Decision, DecisionKind, OrderCharge, Standing

GENERATED, SUMMARISED, VOID = "1", "2", "3"


@cache
def nothing() -> Charge:
    """The charge of an order that takes nothing."""
    return Charge(value=Decimal(), tax=Decimal(), yearly=[])


def due_queue(guarantor: str) -> str:
    """The bills of a guarantor that can be paid."""
    return f"due#{guarantor}"


def unbilled_queue(guarantor: str) -> str:
    """Charges of a guarantor without a bill that can be paid."""
    return f"unbilled#{guarantor}"


class OrderRecord(Value):
    """An order's charge with all that decides about it. `seq` counts its changes, 0: nothing is on record.

    `buyer` is the keyed hash. `outdated_bill` is the bill that a return has made too high, or that another one has
    replaced: it may still come again, late. `outdated_taxes` are the sums that returns have lowered, whose bill may
    come only now. `released_version` is the last list version whose charge was given back. `return_under_way` is the
    number of the return that has not ended, 0 for none: no payment takes the tax meanwhile.
    """

    key: OrderKey
    seq: int = 0
    standing: Standing = Standing.RELEASED
    charge: Charge = Field(default_factory=nothing)
    year: int = 0
    buyer: str = ""
    guarantor: str = ""
    list_version: int = 0
    released_version: int = 0
    return_number: int = 0
    released_at: AwareDatetime | None = None
    bill: Bill | None = None
    outdated_bill: Bill | None = None
    outdated_taxes: tuple[Decimal, ...] = ()
    return_under_way: int = 0
    returns_ended: int = 0
    payment_no: str | None = None
    paid_at: AwareDatetime | None = None
    decisions: list[Decision] = Field(default_factory=list)

    def changed(self, **fields: object) -> "OrderRecord":
        """The record with other values, as its next state; itself when nothing is other."""
        after = self.model_copy(update=fields)
        return self if after == self else after.model_copy(update={"seq": self.seq + 1})

    @property
    def holding(self) -> Holding:
        """What the charge takes of the accounts as the order stands."""
        if self.standing is Standing.RELEASED:
            return {}
        part = Part.RESERVED if self.standing is Standing.RESERVED else Part.HELD
        taken: defaultdict[tuple[Account, Part], Decimal] = defaultdict(Decimal)
        taken[buyer_year(self.buyer, self.year), part] += self.charge.value
        for yearly in self.charge.yearly:
            taken[buyer_goods(self.buyer, self.year, yearly.goods, yearly.unit), part] += yearly.quantity
        if self.standing is Standing.PAID:
            taken[payment(self.guarantor, self.payment_no or ""), Part.PAID] += self.charge.tax
        else:
            taken[guarantee(self.guarantor), part] += self.charge.tax
        return {place: amount for place, amount in taken.items() if amount}

    @property
    def last_turn(self) -> Decision | None:
        """The last decision of a person to leave it out of payments, or to take it in again."""
        turns = (one for one in reversed(self.decisions) if one.what is not DecisionKind.BILL_ACCEPTED)
        return next(turns, None)

    @property
    def is_left_out(self) -> bool:
        """Whether no payment may take its bill."""
        return self.last_turn is not None and self.last_turn.what is DecisionKind.LEFT_OUT

    @property
    def is_due(self) -> bool:
        """Whether its bill can be paid: held, not left out, nothing on its way back, the bill valid and of that tax."""
        return (
            self.standing is Standing.HELD
            and not self.is_left_out
            and not self.return_under_way
            and self.bill is not None
            and self.bill.status == GENERATED
            and self.bill.total == self.charge.tax
        )

    @property
    def queue(self) -> str | None:
        """Where a held charge waits for a payment: among the bills that can be paid, or still without such a bill."""
        if self.standing is not Standing.HELD or not self.charge.tax:
            return None
        return due_queue(self.guarantor) if self.is_due else unbilled_queue(self.guarantor)

    @property
    def findings(self) -> list[Finding]:
        """What a person should see to as the order stands."""
        if self.bill is None or self.standing in {Standing.RESERVED, Standing.RELEASED}:
            return []
        if self.bill.status == VOID:
            return [void_after_claim(self.bill, self.payment_no)] if self.payment_no else []
        if self.bill.total != self.charge.tax and not self.is_outdated(self.bill):
            return [bill_differs(self.bill, self.charge.tax)]
        return []

    def is_outdated(self, bill: Bill) -> bool:
        """Whether this is the bill that no longer counts, in whatever status."""
        old = self.outdated_bill
        if old is not None and (old.tax_no, old.total) == (bill.tax_no, bill.total):
            return True
        return bill.total in self.outdated_taxes and bill.total != self.charge.tax

    def order_charge(self, findings: list[Finding]) -> OrderCharge:
        """The answer to who asks, with what was found on the way."""
        return OrderCharge(
            standing=self.standing,
            charge=self.charge,
            guarantor=self.guarantor,
            released_at=self.released_at,
            bill=self.bill,
            payment_no=self.payment_no,
            decisions=self.decisions,
            findings=[*self.findings, *findings],
        )

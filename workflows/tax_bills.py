"""Which tax bill of a list counts: bills and their statuses may repeat, come late and out of order."""

from collections.abc import Sequence

from events.ceb.tax_bill import TaxBill, TaxBillStatus
from functions.ledger.models import Bill

VOID = "3"


def current_bill(bills: Sequence[TaxBill], statuses: Sequence[TaxBillStatus]) -> Bill | None:
    """The latest bill that is not void, else the latest; its status is the furthest that anybody told.

    Statuses only rise: 1 generated, 2 summarised, 3 void (CEB816). A status whose bill is not here yet waits for it.
    """
    known = [_bill(bill, statuses) for bill in sorted(bills, key=_age)]
    valid = [bill for bill in known if bill.status != VOID]
    return next(reversed(valid or known), None)


def _bill(bill: TaxBill, statuses: Sequence[TaxBillStatus]) -> Bill:
    head = bill.head
    told = [(head.status, head.ent_duty_no)]
    told += [(said.head.status, said.head.ent_duty_no) for said in statuses if said.head.tax_no == head.tax_no]
    numbers = [number for _, number in sorted(told, key=lambda one: one[0]) if number]
    return Bill(
        tax_no=head.tax_no,
        invt_no=head.invt_no,
        duty=head.customs_tax,
        consumption_tax=head.consumption_tax,
        vat=head.value_added_tax,
        status=max(status for status, _ in told),
        ent_duty_no=numbers[-1] if numbers else None,
    )


def _age(bill: TaxBill) -> tuple[str, str]:
    """By the time of customs; bills of one moment have some order too, so that arrival never decides."""
    return bill.head.return_time, bill.head.tax_no

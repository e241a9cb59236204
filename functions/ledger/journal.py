"""The journal of tax payments: which numbers were given out, and what became of each payment.

Items: `payments#{guarantor}`/`{number}` holds one payment. A number is given out only when all before it have ended, so
that the last one alone can be under way, and whoever comes after a crash goes on with it.
"""

from datetime import datetime

from events.tax_payment import TaxPayment
from functions.aws import dynamodb
from functions.ledger import guarantee_store
from functions.ledger.table import ATTEMPTS, ContendedError, Item, key, pause, query
from functions.settings import settings


def guarantors() -> list[str]:
    """Everybody who may have something to pay."""
    return guarantee_store.guarantors()


def payments(guarantor: str) -> list[TaxPayment]:
    """Every payment of a guarantor, the earliest first."""
    return [TaxPayment.model_validate_json(item["payment"]["S"]) for item in query(_pk(guarantor))]


def open_payment(guarantor: str, as_of: datetime, month: str) -> TaxPayment:
    """The payment that is under way, or a new one with the next number of that month. Raises ContendedError."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        known = payments(guarantor)
        if known and known[-1].outcome is None:
            return known[-1]
        running = sum(payment.month == month for payment in known) + 1
        payment = TaxPayment(
            guarantor=guarantor,
            number=len(known) + 1,
            payment_no=f"TP-{guarantor}-{month.replace('-', '')}-{running:02}",
            month=month,
            as_of=as_of,
        )
        if _add(payment):
            return payment
    raise ContendedError(f"could not give {guarantor} a number for its payment")


def put(payment: TaxPayment) -> None:
    """What became of a payment."""
    dynamodb().put_item(TableName=settings().ledger_table, Item=_item(payment))


def _add(payment: TaxPayment) -> bool:
    try:
        dynamodb().put_item(
            TableName=settings().ledger_table, Item=_item(payment), ConditionExpression="attribute_not_exists(pk)"
        )
    except dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def _item(payment: TaxPayment) -> Item:
    return {**key(_pk(payment.guarantor), f"{payment.number:08}"), "payment": {"S": payment.model_dump_json()}}


def _pk(guarantor: str) -> str:
    return f"payments#{guarantor}"

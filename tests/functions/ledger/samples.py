"""Orders, buyers and guarantors of the ledger's tests, and short ways to ask for things."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from events.values import OrderKey
from functions.aws import dynamodb
from functions.ledger import handler as ledger
from functions.ledger.account_models import (
    Guarantee,
    GuaranteeRequest,
    OpenGuaranteeRequest,
    QuotaRequest,
    VerifyRequest,
)
from functions.ledger.models import (
    Bill,
    BillRequest,
    Charge,
    ChargeRequest,
    Claimed,
    ClaimRequest,
    CommitRequest,
    Decided,
    DecideRequest,
    DecisionKind,
    GiveBackRequest,
    OrderCharge,
    ReleaseRequest,
    Reserved,
    ReserveRequest,
    ReturningRequest,
    SettleRequest,
)
from functions.quota.models import YearlyQuantity
from functions.settings import settings

GUARANTOR = "3207SDPT01"
TODAY = date(2026, 11, 23)
RELEASED = datetime(2026, 11, 23, 9, tzinfo=UTC)
PAID_AT = datetime(2026, 12, 30, 9, tzinfo=UTC)
LATER = RELEASED + timedelta(days=40)
NOBODY = "320700199001010000"  # a wrong check digit: nobody's number


def order(number: int) -> OrderKey:
    """One of many orders."""
    return OrderKey(ebp_code="3207SDPT01", order_no=f"LYG-{number:05}")


def sugar(quantity: str, limit: str = "2") -> YearlyQuantity:
    """A quantity of sugar; 2 kg in a year are the example of the rulebook (4.6)."""
    return YearlyQuantity(
        goods="sugar", unit="kg", quantity=Decimal(quantity), limit=Decimal(limit), basis="positive list, remark"
    )


def charge(value: str, tax: str = "0", *yearly: YearlyQuantity) -> Charge:
    """What an order takes."""
    return Charge(value=Decimal(value), tax=Decimal(tax), yearly=list(yearly))


def reserve(
    key: OrderKey,
    taken: Charge,
    *,
    buyer: str = NOBODY,
    guarantor: str = GUARANTOR,
    on: date = TODAY,
    list_version: int = 0,
) -> Reserved:
    """Reserve."""
    return ledger.reserve(
        ReserveRequest(
            key=key,
            on=on,
            buyer_id_type="1",
            buyer_id=buyer,
            guarantor=guarantor,
            charge=taken,
            list_version=list_version,
        )
    )


def commit(key: OrderKey, bill: Bill | None = None, released_at: datetime = RELEASED) -> OrderCharge:
    """Commit."""
    return ledger.commit(CommitRequest(key=key, released_at=released_at, bill=bill))


def release(key: OrderKey, list_version: int = 0) -> OrderCharge:
    """Release."""
    return ledger.release(ReleaseRequest(key=key, reason="rejected by customs", list_version=list_version))


def record_bill(key: OrderKey, bill: Bill) -> OrderCharge:
    """Record a bill."""
    return ledger.bill(BillRequest(key=key, bill=bill))


def give_back(key: OrderKey, left: Charge, return_number: int = 1) -> OrderCharge:
    """Give back."""
    return ledger.give_back(GiveBackRequest(key=key, return_number=return_number, charge=left))


def decide(key: OrderKey, what: DecisionKind) -> Decided:
    """A person decides."""
    return ledger.decide(DecideRequest(key=key, what=what, who="op-1", why="hotline"))


def returning(key: OrderKey, return_number: int, *, under_way: bool) -> OrderCharge:
    """A return begins or has ended."""
    return ledger.returning(ReturningRequest(key=key, return_number=return_number, under_way=under_way))


def bill_of(key: OrderKey, tax: str, status: str = "1", number: int = 1) -> Bill:
    """A bill of customs over a sum of VAT."""
    return Bill(
        tax_no=f"TAX-{key.order_no}-{number}",
        invt_no="232120261000000001",
        duty=Decimal(),
        consumption_tax=Decimal(),
        vat=Decimal(tax),
        status=status,
    )


def open_guarantee(amount: str, guarantor: str = GUARANTOR) -> Guarantee:
    """Open or set a guarantee."""
    return ledger.open_guarantee(OpenGuaranteeRequest(guarantor=guarantor, amount=Decimal(amount)))


def guarantee(guarantor: str = GUARANTOR) -> Guarantee:
    """A guarantee as it stands."""
    return ledger.guarantee(GuaranteeRequest(guarantor=guarantor))


def used(buyer: str) -> Decimal:
    """What a buyer (keyed hash) has of the year's money limit, reserved and held."""
    accounts = ledger.quota(QuotaRequest(buyer=buyer, year=TODAY.year)).accounts
    return sum((account.reserved + account.held for account in accounts if not account.goods), Decimal())


def standing(key: OrderKey) -> OrderCharge:
    """An order's charge as it stands."""
    return ledger.charge(ChargeRequest(key=key))


def claim(payment_no: str = "PAY-1", *, most: int = 10_000, before: datetime = LATER) -> Claimed:
    """Claim what is due."""
    request = ClaimRequest(guarantor=GUARANTOR, payment_no=payment_no, before=before, most=most)
    return ledger.claim(request)


def settle_request(payment_no: str = "PAY-1") -> SettleRequest:
    """The bank has paid."""
    return SettleRequest(guarantor=GUARANTOR, payment_no=payment_no, paid_at=PAID_AT)


def assert_balanced() -> None:
    """Every balance is the sum of its postings, every order has posted exactly what it takes."""
    assert ledger.verify(VerifyRequest()).differences == []


def empty_table() -> None:
    """Nothing is on record any more."""
    for item in all_items():
        dynamodb().delete_item(TableName=settings().ledger_table, Key={"pk": item["pk"], "sk": item["sk"]})


def all_items() -> list[dict[str, Any]]:
    """Everything that is on record."""
    items: list[dict[str, Any]] = dynamodb().scan(TableName=settings().ledger_table)["Items"]
    return items


def put_items(items: list[dict[str, Any]]) -> None:
    """This is on record, and nothing else."""
    empty_table()
    for item in items:
        dynamodb().put_item(TableName=settings().ledger_table, Item=item)

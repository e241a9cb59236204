"""Read the whole table, recompute it, and look again at what does not agree: orders go on while it is read."""

from collections.abc import Iterable, Iterator

from functions.aws import dynamodb
from functions.ledger import payment_store, store
from functions.ledger.account_models import Difference, Verified
from functions.ledger.audit import Books
from functions.ledger.balance import balance_of
from functions.ledger.table import Item, pause, query
from functions.settings import settings

_LOOKS = 5


def verify() -> Verified:
    """What stands in the ledger, and every difference that is still there after a second look."""
    books = Books()
    for item in _scan():
        add(books, item)
    return Verified(
        accounts=sum(len(balances) for balances in books.balances.values()),
        orders=len(books.records),
        payments=len(books.payments),
        postings=books.postings,
        differences=_lasting(books),
    )


def add(books: Books, item: Item) -> None:
    """Count an item of the table in."""
    pk, sk = item["pk"]["S"], item["sk"]["S"]
    if sk.startswith("balance#"):
        books.balances[pk][sk.removeprefix("balance#")] = balance_of(item)
    elif sk.startswith("posting#"):
        books.add_posting(store.posting_of(item))
    elif pk.startswith("order#"):
        books.records[pk] = store.record_of(item)
    elif sk.startswith("bill#"):
        books.bills[pk].append(payment_store.bill_of(item))
    elif pk.startswith("payment#"):
        books.payments[pk] = payment_store.payment_of(item)


def _lasting(books: Books) -> list[Difference]:
    """The differences of partitions that differ however often they are read."""
    found = books.differences()
    for look in range(1, _LOOKS + 1):
        if not found:
            break
        pause(look)
        found = list(_again({difference.partition for difference in found}, books))
    return found


def _again(partitions: Iterable[str], books: Books) -> Iterator[Difference]:
    for partition in sorted(partitions):
        fresh = Books()
        for item in _items_about(partition, books):
            add(fresh, item)
        yield from (difference for difference in fresh.differences() if difference.partition == partition)


def _items_about(partition: str, books: Books) -> Iterator[Item]:
    """Everything that decides about one partition, as of now."""
    yield from query(partition)
    if partition.startswith("order#"):
        for touched in books.touched[partition]:
            yield from query(touched, f"posting#{partition.removeprefix('order#')}#")
        record = books.records.get(partition)
        if record and record.payment_no:
            yield from query(payment_store.payment_pk(record.guarantor, record.payment_no), "bill#")
    for bill in books.bills.get(partition, []):
        yield from query(store.order_pk(bill.key))


def _scan() -> Iterator[Item]:
    pages = dynamodb().get_paginator("scan")
    for page in pages.paginate(TableName=settings().ledger_table, ConsistentRead=True):
        yield from page["Items"]

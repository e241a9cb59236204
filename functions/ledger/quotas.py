"""Show a buyer's year, and what moved it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from events.values import CHINA, utc_now
from functions.ledger import store
from functions.ledger.account_models import Movement, Quota, QuotaRequest, YearAccount
from functions.ledger.accounts import CNY, Part, buyer_partition
from functions.ledger.balance import Balance, balance_of
from functions.ledger.posting import Posting
from functions.ledger.table import query
from functions.policy.pack import default_pack
from functions.quota.rules import ANNUAL_LIMIT


def quota(request: QuotaRequest) -> Quota:
    """A buyer's accounts with their history. Raises PolicyError for a year without an annual limit."""
    partition = buyer_partition(request.buyer)
    accounts: list[YearAccount] = []
    history: list[Movement] = []
    for item in query(partition):
        sk = item["sk"]["S"]
        if sk.startswith("balance#"):
            accounts.append(_account(sk.removeprefix("balance#"), balance_of(item)))
        else:
            history += _movements(store.posting_of(item), f"{partition}/")
    return Quota(
        buyer=request.buyer,
        accounts=[account for account in accounts if request.year in {None, account.year}],
        history=[
            movement
            for movement in sorted(history, key=lambda movement: movement.at)
            if request.year is None or movement.account.partition("/")[0] == str(request.year)
        ],
    )


def _account(name: str, balance: Balance) -> YearAccount:
    year, _, goods_and_unit = name.partition("/")
    goods, _, unit = goods_and_unit.rpartition("/")
    limit = None if goods else _limit(int(year))
    return YearAccount(
        year=int(year),
        goods=goods,
        unit=unit or CNY,
        reserved=balance.part(Part.RESERVED),
        held=balance.part(Part.HELD),
        limit=limit,
        left=None if limit is None else limit - balance.in_use,
    )


def _limit(year: int) -> Decimal:
    """The limit in force: today's for this year, that of the last day for years gone by."""
    today = utc_now().astimezone(CHINA).date()
    return default_pack().at(min(today, date(year, 12, 31))).row(ANNUAL_LIMIT).number()


def _movements(posting: Posting, prefix: str) -> Iterable[Movement]:
    for leg in posting.legs:
        if leg.account.startswith(prefix):
            yield Movement(
                at=posting.at,
                order=posting.entry.rpartition("#")[0],
                reason=posting.reason,
                account=leg.account.removeprefix(prefix),
                part=leg.part,
                unit=leg.unit,
                amount=leg.amount,
            )

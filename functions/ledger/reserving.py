"""Reserve a charge: against the buyer's year, the yearly quantities and the guarantee, all or nothing."""

from collections.abc import Mapping
from decimal import Decimal

from events.findings import Finding
from functions.ledger import alerts, store
from functions.ledger.accounts import Account, buyer_goods, buyer_year
from functions.ledger.balance import Balance
from functions.ledger.buyers import buyer_hash
from functions.ledger.changing import states
from functions.ledger.findings import guarantee_short
from functions.ledger.models import Reserved, ReserveOutcome, ReserveRequest
from functions.ledger.posting import Change, account_changes
from functions.ledger.record import OrderRecord
from functions.ledger.rules import reserved
from functions.ledger.store import Posted
from functions.ledger.table import ContendedError
from functions.ledger.written import written
from functions.policy.pack import Row, default_pack
from functions.quota.models import YearlyQuantity
from functions.quota.rules import ANNUAL_LIMIT, over_annual_limit, over_yearly_quantity

Shortfall = tuple[ReserveOutcome, Finding]


def reserve(request: ReserveRequest) -> Reserved:
    """Reserve, or say which account has not enough left. Raises ContendedError, PolicyError."""
    annual = default_pack().at(request.on).row(ANNUAL_LIMIT)
    buyer = buyer_hash(request.buyer_id_type, request.buyer_id)
    limits = _limits(request, buyer, annual)
    likely = written().find(request.key) or OrderRecord(key=request.key)
    for before, is_read in states(request.key, likely):
        step = reserved(before, request, buyer)
        change = Change(before, step.after, f"reserve on {request.on}")
        if step.after is before:
            posted = Posted.DONE if is_read else Posted.OVERTAKEN
        else:
            posted = store.post([change], limits)
        if posted is Posted.DONE:
            alerts.watch([before.guarantor, step.after.guarantor])
            return Reserved(outcome=step.outcome, buyer=buyer, findings=step.findings, policy=[annual.id])
        if posted is Posted.REFUSED and (short := _shortfalls(change, request, buyer, annual)):
            findings = [finding for _, finding in short]
            return Reserved(outcome=short[0][0], buyer=buyer, findings=findings, policy=[annual.id])
    raise ContendedError(f"could not reserve for {request.key}")


def _limits(request: ReserveRequest, buyer: str, annual: Row) -> Mapping[Account, Decimal]:
    goods = {account: yearly.limit for account, yearly in _yearly(request, buyer).items()}
    return {buyer_year(buyer, request.on.year): annual.number(), **goods}


def _yearly(request: ReserveRequest, buyer: str) -> dict[Account, YearlyQuantity]:
    """The account of each quantity; of several lines of the same goods the lowest limit holds."""
    found: dict[Account, YearlyQuantity] = {}
    for yearly in sorted(request.charge.yearly, key=lambda quantity: quantity.limit, reverse=True):
        found[buyer_goods(buyer, request.on.year, yearly.goods, yearly.unit)] = yearly
    return found


def _shortfalls(change: Change, request: ReserveRequest, buyer: str, annual: Row) -> list[Shortfall]:
    """The accounts that have not enough left now, with what each has; none when that has changed meanwhile."""
    yearly = _yearly(request, buyer)
    found = []
    for account, parts in sorted(account_changes([change]).items()):
        added = sum(parts.values(), Decimal())
        if added <= 0:
            continue
        asked = sum((amount for (of, _), amount in change.after.holding.items() if of == account), Decimal())
        now = store.balance(account)
        others = now.in_use + added - asked
        if account.capped:
            found += _short_guarantee(request.guarantor, asked, added, now)
        elif account in yearly:
            found += _over_quantity(yearly[account], asked, others)
        elif others + asked > annual.number():
            found.append((ReserveOutcome.OVER_ANNUAL_LIMIT, over_annual_limit(asked, others, annual)))
    return found


def _short_guarantee(guarantor: str, asked: Decimal, added: Decimal, now: Balance) -> list[Shortfall]:
    if now.available is not None and now.available >= added:
        return []
    available = None if now.available is None else now.available + asked - added
    return [(ReserveOutcome.GUARANTEE_SHORT, guarantee_short(guarantor, asked, available, now.ceiling or Decimal()))]


def _over_quantity(line: YearlyQuantity, asked: Decimal, used: Decimal) -> list[Shortfall]:
    if used + asked <= line.limit:
        return []
    return [(ReserveOutcome.OVER_YEARLY_QUANTITY, over_yearly_quantity(line, asked, used))]

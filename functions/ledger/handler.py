"""The functions of the ledger: all of them set to a target, and may be repeated without further effect."""

from functions.function import function
from functions.ledger import deciding, dues, guarantees, paying, quotas, reserving, rules, store, verifying
from functions.ledger.account_models import (
    Buyer,
    BuyerRequest,
    Guarantee,
    GuaranteeRequest,
    OpenGuaranteeRequest,
    Quota,
    QuotaRequest,
    Verified,
    VerifyRequest,
)
from functions.ledger.buyers import buyer_hash
from functions.ledger.changing import change
from functions.ledger.models import (
    BillRequest,
    ChargeRequest,
    Claimed,
    ClaimRequest,
    CommitRequest,
    Decided,
    DecideRequest,
    Due,
    DueRequest,
    GiveBackRequest,
    OrderCharge,
    ReleaseRequest,
    Reserved,
    ReserveRequest,
    ReturningRequest,
    Settled,
    SettleRequest,
    Unclaimed,
    UnclaimRequest,
)


@function("ledger.reserve")
def reserve(request: ReserveRequest) -> Reserved:
    """Reserve a charge, or say which account has not enough left."""
    return reserving.reserve(request)


@function("ledger.release")
def release(request: ReleaseRequest) -> OrderCharge:
    """Give everything back; of a charge that a payment has claimed nothing is, and a finding says so."""
    reason = f"release: {request.reason}"
    return change(request.key, reason, lambda before: rules.released(before, request), frees_guarantee=True)


@function("ledger.commit")
def commit(request: CommitRequest) -> OrderCharge:
    """Hold what was reserved, with the bill when there is one; a finding when nothing was reserved."""
    return change(request.key, "commit", lambda before: rules.committed(before, request))


@function("ledger.bill")
def bill(request: BillRequest) -> OrderCharge:
    """Record a tax bill or its status; what cannot be right is a finding for a person."""
    return change(request.key, "bill", lambda before: rules.billed(before, request))


@function("ledger.give_back")
def give_back(request: GiveBackRequest) -> OrderCharge:
    """Lower the charge to what a return has left of it; refused with a finding once the tax is claimed or paid."""
    reason = f"return {request.return_number}"
    return change(request.key, reason, lambda before: rules.given_back(before, request), frees_guarantee=True)


@function("ledger.returning")
def returning(request: ReturningRequest) -> OrderCharge:
    """Keep payments away from the tax while goods may come back, and let them have it afterwards."""
    reason = f"return {request.return_number} {'begins' if request.under_way else 'has ended'}"
    return change(request.key, reason, lambda before: rules.returning(before, request))


@function("ledger.decide")
def decide(request: DecideRequest) -> Decided:
    """What a person has decided about an order's tax; refused with a finding once it is claimed or paid."""
    return deciding.decide(request)


@function("ledger.charge")
def charge(request: ChargeRequest) -> OrderCharge:
    """An order's charge as it stands."""
    return store.read(request.key).order_charge([])


@function("ledger.due")
def due(request: DueRequest) -> Due:
    """The guarantors that have something to pay."""
    return dues.due(request)


@function("ledger.claim")
def claim(request: ClaimRequest) -> Claimed:
    """Claim due bills for a payment; what comes after the first call belongs to another payment."""
    return paying.claim(request)


@function("ledger.settle")
def settle(request: SettleRequest) -> Settled:
    """The claimed bills are paid: the guarantee is free again."""
    return paying.settle(request)


@function("ledger.unclaim")
def unclaim(request: UnclaimRequest) -> Unclaimed:
    """The payment will not be made: its bills are due again."""
    return paying.unclaim(request)


@function("ledger.open_guarantee")
def open_guarantee(request: OpenGuaranteeRequest) -> Guarantee:
    """Open a guarantee or change its amount; below what is in use it is refused with a finding."""
    return guarantees.open_guarantee(request)


@function("ledger.guarantee")
def guarantee(request: GuaranteeRequest) -> Guarantee:
    """A guarantee as it stands."""
    return guarantees.show(request.guarantor)


@function("ledger.hash_buyer")
def hash_buyer(request: BuyerRequest) -> Buyer:
    """The keyed hash under which the ledger knows the owner of a document."""
    return Buyer(buyer=buyer_hash(request.buyer_id_type, request.buyer_id))


@function("ledger.quota")
def quota(request: QuotaRequest) -> Quota:
    """A buyer's accounts and what moved them."""
    return quotas.quota(request)


@function("ledger.verify")
def verify(_: VerifyRequest) -> Verified:
    """Recompute every balance from the postings."""
    return verifying.verify()

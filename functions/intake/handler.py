"""The functions of the intake: accept a document, find its order, tie it to a declared list and untie it."""

from functions.function import function
from functions.intake import accepting, links, routing, store
from functions.intake.models import (
    Accepted,
    AcceptRequest,
    Expected,
    ExpectRequest,
    ForgetRequest,
    Forgotten,
    FreezeRequest,
    Frozen,
    Routed,
    RouteRequest,
    Settled,
    SettleRequest,
    Thawed,
    ThawRequest,
)


@function("intake.accept")
def accept(request: AcceptRequest) -> Accepted:
    """Take a document or refuse it (`accepting.accept`). Raises InvalidInputError, ContendedError."""
    return accepting.accept(request)


@function("intake.route")
def route(request: RouteRequest) -> Routed:
    """Find the order of an accepted document. Raises rules.UnroutableError when it has none and waiting won't help."""
    return routing.route(request.document)


@function("intake.settle")
def settle(request: SettleRequest) -> Settled:
    """Forget that documents waited, once their order has them; repeatable."""
    return Settled(places=sum(links.settle(pk, request.document_ids) for pk in request.parked))


@function("intake.freeze")
def freeze(request: FreezeRequest) -> Frozen:
    """Tie documents to a list that is about to be declared: all or none (rule M11); repeatable."""
    return store.freeze(request)


@function("intake.expect")
def expect(request: ExpectRequest) -> Expected:
    """Let what customs says under a copNo find the order; before the message goes out, and repeatable."""
    store.expect(request)
    return Expected(cop_no=request.cop_no)


@function("intake.forget")
def forget(request: ForgetRequest) -> Forgotten:
    """Take a record away that no list uses; repeatable."""
    return Forgotten(forgotten=store.forget(request.kind, request.business_key))


@function("intake.thaw")
def thaw(request: ThawRequest) -> Thawed:
    """Untie the documents of a list that was rejected or cancelled; repeatable."""
    return Thawed(thawed=store.thaw(request))

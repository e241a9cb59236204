"""The functions of returns: terms, verdict, sums, and what the subscribers are told."""

from events.outbound import RETURN_STAGE_CHANGED, STOCK_RETURNED
from events.return_life import ReturnStageChanged, StockReturned, return_workflow_id
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.function import function
from functions.orders.masking import scrub_text
from functions.policy.pack import default_pack
from functions.returns import rules
from functions.returns.models import (
    Judged,
    JudgeRequest,
    Reckoned,
    ReckonRequest,
    ReturnTerms,
    ReturnTermsRequest,
    TellRequest,
    Told,
)


@function("returns.terms")
def terms(request: ReturnTermsRequest) -> ReturnTerms:
    """The terms of a return under the policy of that day. Raises PolicyError for a day without."""
    return rules.terms(request, default_pack().at(request.on))


@function("returns.judge")
def judge(request: JudgeRequest) -> Judged:
    """What is to be thought of goods that came back."""
    return rules.judge(request)


@function("returns.reckon")
def reckon(request: ReckonRequest) -> Reckoned:
    """What is left of the tax, and what the buyer gets. Raises PolicyError, InvalidInputError."""
    return rules.reckon(request, default_pack().at(request.on))


@function("returns.tell")
def tell(request: TellRequest) -> Told:
    """Publish each change once more than never: the ids of the events stay the same however often it is called."""
    put_events(OWN_SOURCE, [*_changes(request), *_stock(request)])
    return Told(last=request.history[-1].number)


def _changes(request: TellRequest) -> list[OutboundEvent]:
    subject, latest = return_workflow_id(request.key, request.number), request.history[-1]
    return [
        OutboundEvent(
            id=f"{subject}#{change.number}-{change.stage}",
            type=RETURN_STAGE_CHANGED.name,
            subject=subject,
            time=change.at,
            data=ReturnStageChanged(
                ebp_code=request.key.ebp_code,
                order_no=request.key.order_no,
                return_no=request.return_no,
                change=change.model_copy(update={"reason": scrub_text(change.reason, request.personal)}),
                lines=request.lines,
                needs_human=request.needs_human if change is latest else None,
                exchange_for=request.exchange_for,
                refunded=request.refunded if change is latest else None,
            ),
        )
        for change in request.history[request.told :]
    ]


def _stock(request: TellRequest) -> list[OutboundEvent]:
    if not request.stock:
        return []
    subject, latest = return_workflow_id(request.key, request.number), request.history[-1]
    goods = StockReturned(
        ebp_code=request.key.ebp_code,
        order_no=request.key.order_no,
        return_no=request.return_no,
        lines=request.stock,
        at=latest.at,
    )
    event = OutboundEvent(id=f"{subject}#stock", type=STOCK_RETURNED.name, subject=subject, time=latest.at, data=goods)
    return [event]

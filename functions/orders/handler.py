"""Put an order's stages on record and tell the subscribers; show an order."""

from events.life import OrderStageChanged, StageChange
from events.outbound import STAGE_CHANGED
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.function import function
from functions.orders import store
from functions.orders.masking import mask_finding, scrub_text, without_masked
from functions.orders.models import (
    ForgetRequest,
    Forgotten,
    OpenRequest,
    OrderOpened,
    Recorded,
    RecordRequest,
    Shown,
    ShowRequest,
)


@function("orders.record")
def record(request: RecordRequest) -> Recorded:
    """Record first, publish then: a repeated call records nothing twice and publishes the same event ids again."""
    masked = _masked(request)
    store.put(masked)
    put_events(OWN_SOURCE, _events(masked))
    return Recorded(last=masked.history[-1].number)


@function("orders.open")
def open_order(request: OpenRequest) -> OrderOpened:
    """Put a new order on record and tell the subscribers, once more than never; one that is further stays as it is."""
    first = RecordRequest(
        key=request.key, mode=None, history=[request.opening], told=0, findings=[], due_by=request.due_by
    )
    is_new = store.open_record(first)
    there = request.opening if is_new else store.only_change(request.key)
    if there is not None:
        put_events(OWN_SOURCE, _events(first.model_copy(update={"history": [there]})))
    return OrderOpened(is_new=is_new)


@function("orders.show")
def show(request: ShowRequest) -> Shown:
    """The order as its parties may see it."""
    return Shown(order=store.read(request.key))


@function("orders.forget")
def forget(request: ForgetRequest) -> Forgotten:
    """Clear a shredded order's record of findings, and of reasons that quote masked values; repeatable."""
    view = store.read(request.key)
    if view is None:
        return Forgotten(forgotten=False)
    history = [change.model_copy(update={"reason": without_masked(change.reason)}) for change in view.history]
    store.put(
        RecordRequest(
            key=request.key,
            mode=view.mode,
            history=history,
            told=len(history),
            findings=[],
            needs_human=view.needs_human,
            due_by=view.due_by,
        )
    )
    return Forgotten(forgotten=True)


def _masked(request: RecordRequest) -> RecordRequest:
    history = [
        change.model_copy(update={"reason": scrub_text(change.reason, request.personal)}) for change in request.history
    ]
    findings = [mask_finding(finding, request.personal) for finding in request.findings]
    return request.model_copy(update={"history": history, "findings": findings, "personal": []})


def _events(request: RecordRequest) -> list[OutboundEvent]:
    """One event per change that nobody was told of; its id is the same whenever the same change is told again."""
    latest = request.history[-1]
    previous: list[StageChange | None] = [None, *request.history]
    pairs = list(zip(previous, request.history, strict=False))[request.told :]
    return [
        OutboundEvent(
            id=f"{request.key.workflow_id}#{change.number}-{change.stage}",
            type=STAGE_CHANGED.name,
            subject=request.key.workflow_id,
            time=change.at,
            data=OrderStageChanged(
                ebp_code=request.key.ebp_code,
                order_no=request.key.order_no,
                change=change,
                previous=before.stage if before else None,
                findings=tuple(request.findings) if change is latest else (),
                needs_human=request.needs_human,
            ),
        )
        for before, change in pairs
    ]

"""Put an order's stages on record and tell the subscribers; show an order."""

from events.catalogue import STAGE_CHANGED
from events.life import OrderStageChanged, Stage
from functions.bus import OutboundEvent, put_events
from functions.function import function
from functions.orders import store
from functions.orders.masking import mask_finding, scrub_text
from functions.orders.models import Recorded, RecordRequest, Shown, ShowRequest


@function("orders.record")
def record(request: RecordRequest) -> Recorded:
    """Record first, publish then: a repeated call records nothing twice and publishes the same event ids again."""
    masked = _masked(request)
    store.append(masked)
    put_events("sandan.orders", _events(masked))
    return Recorded(last=masked.changes[-1].number)


@function("orders.show")
def show(request: ShowRequest) -> Shown:
    """The order as its parties may see it."""
    return Shown(order=store.read(request.key))


def _masked(request: RecordRequest) -> RecordRequest:
    changes = [
        change.model_copy(update={"reason": scrub_text(change.reason, request.personal)}) for change in request.changes
    ]
    findings = [mask_finding(finding, request.personal) for finding in request.findings]
    return request.model_copy(update={"changes": changes, "findings": findings, "personal": []})


def _events(request: RecordRequest) -> list[OutboundEvent]:
    events = []
    previous: Stage | None = request.previous
    for change in request.changes:
        told = OrderStageChanged(
            ebp_code=request.key.ebp_code,
            order_no=request.key.order_no,
            change=change,
            previous=previous,
            findings=tuple(request.findings) if change is request.changes[-1] else (),
            needs_human=request.needs_human,
        )
        event_id = f"{request.key.workflow_id}#{change.number}"
        events.append(OutboundEvent(event_id, STAGE_CHANGED.name, request.key.workflow_id, change.at, told))
        previous = change.stage
    return events

"""Records of the documents queue, as EventBridge puts them there."""

import json
from itertools import count
from typing import Any

from events.catalogue import BY_KIND
from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from functions.bus import OutboundEvent
from functions.dispatch.record import GATEWAY_SOURCE
from tests.functions.intake import samples

_numbers = count(1)


def accepted(model: CebModel) -> InboundDocument:
    """A document that the door has taken."""
    document = samples.send(model).document
    assert document
    return document


def of_gateway(document: InboundDocument) -> str:
    """The body of a record whose document the gateway put on the bus."""
    event = OutboundEvent(document.document_id, BY_KIND[document.kind].name, "s", document.received_at, document)
    return envelope(GATEWAY_SOURCE, json.loads(event.detail(GATEWAY_SOURCE)))


def of_others(model: CebModel, kind: DocumentKind | None = None, **attributes: Any) -> str:
    """The body of a record whose event a platform put on the bus itself."""
    detail = {
        "specversion": "1.0",
        "id": f"e-{next(_numbers)}",
        "source": "/shop",
        "type": BY_KIND[kind or samples.kind_of(model)].name,
        "data": model.model_dump(mode="json"),
    }
    return envelope("shop.orders", detail | attributes)


def envelope(source: str, detail: object) -> str:
    """An EventBridge event."""
    return json.dumps({"version": "0", "detail-type": "t", "source": source, "detail": detail}, ensure_ascii=False)


def batch(*bodies: str, receives: int = 1) -> dict[str, Any]:
    """What Lambda's event source hands over; the message ids are m-0, m-1 and so on."""
    records = [
        {
            "messageId": f"m-{number}",
            "receiptHandle": "r",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(receives)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:cn-north-1:000000000000:sandan-documents",
            "awsRegion": "cn-north-1",
        }
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}

"""Made-up orders as files: one folder per order, one file per document, as its sender would send it."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from events.catalogue import BY_KIND
from events.ceb.frame import CebMessage
from events.documents import DocumentKind
from events.values import from_second
from infra.generate.orders import Event, GeneratedOrder, message_xml


class Format(StrEnum):
    """How customs messages are written; events are always JSON."""

    XML = "xml"
    JSON = "json"


def write(order: GeneratedOrder, folder: Path, form: Format) -> list[Path]:
    """Write the documents of an order into `folder`/<orderNo>; the files in the order in which they are sent."""
    target = folder / order.key.order_no
    target.mkdir(parents=True, exist_ok=True)
    return list(_written(order, target, form))


def _written(order: GeneratedOrder, target: Path, form: Format) -> Iterator[Path]:
    for stem, document in order.documents.items():
        if isinstance(document, CebMessage):
            path, content = target / f"{stem}.{form}", message_bytes(document, form)
        else:
            path, content = target / f"{stem}.json", event_json(document)
        path.write_bytes(content)
        yield path


def message_bytes(message: CebMessage, form: Format) -> bytes:
    """A customs message as XML, or as JSON under the official names (unsigned: a signature covers XML)."""
    if form is Format.XML:
        return message_xml(message)
    return message.model_dump_json(indent=2, exclude_none=True).encode()


def event_json(content: Event) -> bytes:
    """What is no customs message as a CloudEvent in its structured JSON form, from its platform."""
    (kind,) = (kind for kind in DocumentKind if kind.model is type(content))
    event = {
        "specversion": "1.0",
        "id": content.guid,
        "source": f"/platforms/{content.ebp_code}",
        "type": BY_KIND[kind].name,
        "subject": f"{content.ebp_code}/{content.order_no}",
        "time": from_second(content.app_time).isoformat(),
        "datacontenttype": "application/json",
        "data": content.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(event, ensure_ascii=False, indent=2).encode()

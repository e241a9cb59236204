"""Which order a number belongs to, and the documents that wait to learn it: kept on one item per number.

A number's link and its waiting documents change together, in one write each, so that no interleaving of two
documents can lose one. Items: `order-no#…` (platforms), `waybill#…`, `payment#…` and `list#…` (order_key). A document
waits as the attribute `document#<id>`, and the item expires while one does. `waybill` on a waybill's item is the
document by which the link was concluded; a list that names the waybill makes the link final and takes it away.
"""

from dataclasses import dataclass
from datetime import datetime

from events.documents import InboundDocument
from events.values import OrderKey
from functions.aws import dynamodb
from functions.intake.recent import recent
from functions.intake.table import ATTEMPTS, ContendedError, Item, expiry, get, key
from functions.settings import settings

_WAITING, _WAYBILL = "document#", "waybill#"


@dataclass(frozen=True)
class Waiting:
    """Documents that wait at an item of the table, as they were received."""

    pk: str
    waiting: tuple[InboundDocument, ...]


@dataclass(frozen=True)
class Link(Waiting):
    """What is known of a waybill number; `concluded` while no list has named it."""

    key: OrderKey | None
    concluded: bool


@dataclass(frozen=True)
class OrderNumber(Waiting):
    """What is known of an order number: the platforms that have such an order."""

    platforms: frozenset[str]


def order_number_pk(order_no: str) -> str:
    """The item of an order number."""
    return f"order-no#{order_no}"


def register(order: OrderKey) -> OrderNumber:
    """Note that a platform has an order of this number; nothing waits at a number that has one platform already."""
    pk = order_number_pk(order.order_no)
    if recent().order_of(pk) == order:
        return OrderNumber(pk, (), frozenset({order.ebp_code}))
    item = _update(pk, "ADD platforms :platform", {":platform": {"SS": [order.ebp_code]}})
    assert item is not None  # no condition, no refusal
    number = _order_number(pk, item)
    if number.platforms == {order.ebp_code} and not number.waiting:
        recent().note(pk, order)
    else:
        recent().forget(pk)
    return number


def order_number(order_no: str) -> OrderNumber:
    """What is known of an order number now."""
    pk = order_number_pk(order_no)
    return _order_number(pk, get(pk))


def wait_for_platform(order_no: str, document: InboundDocument) -> bool:
    """Let a document wait for the platform of its order number; False when there is exactly one by now."""
    condition = "attribute_not_exists(platforms) OR size(platforms) <> :one"
    return _wait(order_number_pk(order_no), document, "", condition, {":one": {"N": "1"}})


def waybill(number: str) -> Link:
    """What is known of a waybill number ("logisticsCode/logisticsNo") now."""
    pk = f"{_WAYBILL}{number}"
    return _link(pk, get(pk))


def conclude(number: str, order: OrderKey, document: InboundDocument, seen: OrderKey | None) -> Link | None:
    """Link a waybill to the order that its orderNo leads to; None when the link is not as `seen` any more."""
    pk = f"{_WAYBILL}{number}"
    values: Item = {
        ":order": {"S": order.workflow_id},
        ":waybill": {"S": document.model_dump_json()},
        ":expiry": expiry(document.received_at),
    }
    update = "SET order_key = :order, waybill = :waybill, expires_at = :expiry"
    item = _update(pk, update, values | _seen(seen), _unchanged(seen))
    return None if item is None else _link(pk, item)


def declare(number: str, order: OrderKey, at: datetime) -> Link:
    """Link a waybill to the order whose list names it. A waybill that was given to another order waits again."""
    pk = f"{_WAYBILL}{number}"
    values: Item = {":order": {"S": order.workflow_id}, ":expiry": expiry(at)}
    update = "SET order_key = :order, expires_at = :expiry"
    for _ in range(ATTEMPTS):
        condition = "attribute_not_exists(waybill) OR order_key = :order"
        item = _update(pk, f"{update} REMOVE waybill", values, condition)
        if item is None:
            item = _reclaim(pk, update, values)
        if item is not None:
            return _link(pk, item)
    raise ContendedError(f"could not link waybill {number}")


def wait_for_link(number: str, document: InboundDocument, seen: OrderKey | None) -> bool:
    """Let a document wait for the link of its waybill, undoing the concluded one that was `seen` to be wrong.

    False when the link is not as `seen` any more.
    """
    return _wait(f"{_WAYBILL}{number}", document, "REMOVE order_key, waybill", _unchanged(seen), _seen(seen))


def link_payment(number: str, order: OrderKey) -> None:
    """Note which order a payment ("payCode/payTransactionId") is for."""
    _update(f"payment#{number}", "SET order_key = :order", {":order": {"S": order.workflow_id}})


def order_of_payment(number: str) -> OrderKey | None:
    """The order that a payment is for."""
    return _order_key(get(f"payment#{number}"))


def list_number(invt_no: str) -> Link:
    """What is known of the number that customs gave a list (invtNo) now."""
    pk = _list_pk(invt_no)
    order = recent().order_of(pk)
    return _seen_of_list(_link(pk, get(pk))) if order is None else Link(pk, (), order, concluded=False)


def number_list(invt_no: str, order: OrderKey) -> Link:
    """Note which order's list customs has given a number; nothing waits any more at a number that has its order."""
    pk = _list_pk(invt_no)
    if recent().order_of(pk) == order:
        return Link(pk, (), order, concluded=False)
    item = _update(pk, "SET order_key = :order", {":order": {"S": order.workflow_id}})
    assert item is not None  # no condition, no refusal
    return _seen_of_list(_link(pk, item))


def _seen_of_list(link: Link) -> Link:
    if link.key is not None and not link.waiting:
        recent().note(link.pk, link.key)
    return link


def wait_for_list(invt_no: str, document: InboundDocument) -> bool:
    """Let a document wait until the number of its list is known; False when it is by now."""
    return _wait(_list_pk(invt_no), document, "", _unchanged(None), {})


def settle(pk: str, document_ids: list[str]) -> bool:
    """Let documents wait no longer at an item; False when there is no such item.

    What the item links stays then, but for a waybill's, whose number may be used again some day.
    """
    names = {f"#d{number}": f"{_WAITING}{document_id}" for number, document_id in enumerate(document_ids)}
    gone = [*names] if pk.startswith(_WAYBILL) else [*names, "expires_at"]
    return _update(pk, f"REMOVE {', '.join(gone)}", {}, "attribute_exists(pk)", names) is not None


def _reclaim(pk: str, update: str, values: Item) -> Item | None:
    """Overrule a concluded link to another order: its waybill waits, so that the right order receives it."""
    item = get(pk)
    if "waybill" not in item:
        return None
    document = InboundDocument.model_validate_json(item["waybill"]["S"])
    return _update(
        pk,
        f"{update}, #document = :waybill REMOVE waybill",
        values | {":waybill": item["waybill"]},
        "waybill = :waybill",
        {"#document": f"{_WAITING}{document.document_id}"},
    )


def _list_pk(invt_no: str) -> str:
    return f"list#{invt_no}"


def _unchanged(seen: OrderKey | None) -> str:
    """A link to no order, or the concluded one to the order that was seen."""
    absent = "attribute_not_exists(order_key)"
    return absent if seen is None else f"{absent} OR (order_key = :seen AND attribute_exists(waybill))"


def _seen(seen: OrderKey | None) -> Item:
    return {} if seen is None else {":seen": {"S": seen.workflow_id}}


def _wait(pk: str, document: InboundDocument, undoing: str, condition: str, values: Item) -> bool:
    update = f"SET #document = :document, expires_at = :expiry {undoing}"
    values = values | {":document": {"S": document.model_dump_json()}, ":expiry": expiry(document.received_at)}
    return _update(pk, update, values, condition, {"#document": f"{_WAITING}{document.document_id}"}) is not None


def _update(
    pk: str, update: str, values: Item, condition: str = "", names: dict[str, str] | None = None
) -> Item | None:
    """The item after the update; None when the condition did not hold."""
    optional: Item = {
        "ConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ExpressionAttributeNames": names,
    }
    try:
        updated = dynamodb().update_item(
            TableName=settings().intake_table,
            Key=key(pk),
            UpdateExpression=update,
            ReturnValues="ALL_NEW",
            **{name: value for name, value in optional.items() if value},
        )
    except dynamodb().exceptions.ConditionalCheckFailedException:
        return None
    return dict(updated["Attributes"])


def _link(pk: str, item: Item) -> Link:
    return Link(pk, _waiting(item), _order_key(item), concluded="waybill" in item)


def _order_number(pk: str, item: Item) -> OrderNumber:
    return OrderNumber(pk, _waiting(item), frozenset(item.get("platforms", {}).get("SS", [])))


def _order_key(item: Item) -> OrderKey | None:
    return OrderKey.from_workflow_id(item["order_key"]["S"]) if "order_key" in item else None


def _waiting(item: Item) -> tuple[InboundDocument, ...]:
    found = [
        InboundDocument.model_validate_json(value["S"]) for name, value in item.items() if name.startswith(_WAITING)
    ]
    return tuple(sorted(found, key=lambda document: document.received_at))

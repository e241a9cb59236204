"""The answers of the door, in the terms of the official receipt for each kind of document. Pure."""

from datetime import datetime
from uuid import UUID, uuid5

from events.documents import DocumentKind
from events.problems import Problem
from events.receipts import ACCEPTED, Answer
from events.values import CHINA, Text
from functions.intake.refusals import NAMES, Refusal
from functions.intake.rules import Arrival, head_of

_NAMESPACE = UUID("6f0a3a1e-3d5b-5a0e-9c1d-73616e64616e")
_NOT_KEYS = {"guid", "return_status", "return_time", "return_info", "original_message"}
_NUMBER_LENGTH = 18
_RECEIPTS: dict[DocumentKind, DocumentKind] = {
    DocumentKind.ORDER: DocumentKind.ORDER_RECEIPT,
    DocumentKind.PAYMENT: DocumentKind.PAYMENT_RECEIPT,
    DocumentKind.WAYBILL: DocumentKind.WAYBILL_RECEIPT,
    DocumentKind.WAYBILL_STATUS: DocumentKind.WAYBILL_STATUS_RECEIPT,
    DocumentKind.DECLARATION_LIST: DocumentKind.LIST_RECEIPT,
    DocumentKind.DECLARATION_REQUEST: DocumentKind.ORDER_RECEIPT,
    DocumentKind.CANCELLATION: DocumentKind.CANCELLATION_RECEIPT,
    DocumentKind.GOODS_RETURNED: DocumentKind.ORDER_RECEIPT,
    DocumentKind.ORIGINAL_PAYMENT: DocumentKind.PAYMENT_RECEIPT,
}


def accepted(arrival: Arrival, at: datetime) -> Answer:
    """The answer to a document that is taken at `at`."""
    name, key = NAMES[arrival.kind], arrival.business_key
    info = Text(zh=f"{name.zh}[{key}]已接收", en=f"{name.en} {key} is accepted")
    return _answer(arrival, ACCEPTED, at, info, ())


def refused(arrival: Arrival, refusal: Refusal) -> Answer:
    """The answer to a document that is not taken."""
    return _answer(arrival, refusal.code, arrival.request.received_at, refusal.info, refusal.problems)


def _answer(arrival: Arrival, status: str, at: datetime, info: Text, problems: tuple[Problem, ...]) -> Answer:
    name = f"{arrival.kind}#{arrival.business_key}#{arrival.content_hash}#{status}"
    return Answer(
        kind=arrival.kind,
        status=status,
        at=at,
        info=info,
        guid=str(uuid5(_NAMESPACE, name)).upper(),
        keys=_keys(arrival, at),
        problems=problems,
    )


def _keys(arrival: Arrival, at: datetime) -> dict[str, str]:
    """What the official receipt repeats of the document, under the official names."""
    head = head_of(arrival.model)
    receipt = _RECEIPTS.get(arrival.kind, arrival.kind).model
    keys = {
        field.alias or name: str(value)
        for name, field in receipt.model_fields.items()
        if name not in _NOT_KEYS and (value := getattr(head, name, None))
    }
    if arrival.kind in {DocumentKind.DECLARATION_LIST, DocumentKind.CANCELLATION}:
        _number(keys, arrival, at)
    return keys


def _number(keys: dict[str, str], arrival: Arrival, at: datetime) -> None:
    """Fill in what CEB622 and CEB624 require and their uploads may leave out.

    preNo has the form of the standard: "B", 8 digits of a date, 9 of a serial; ours is taken from the content,
    so that the same document always earns the same. invtNo is optional, but never shorter than 18.
    """
    if len(keys.get("preNo", "")) != _NUMBER_LENGTH:
        keys["preNo"] = f"B{at.astimezone(CHINA):%Y%m%d}{int(arrival.content_hash, 16) % 10**9:09d}"
    keys.setdefault("copNo", keys["preNo"])
    if len(keys.get("invtNo", "")) != _NUMBER_LENGTH:
        keys.pop("invtNo", None)

"""Which data answer a question, what is signed, and what customs' answer means. Pure."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.ceb.base import CebModel, plain
from events.payment_data import OriginalPayment, PaidOrder, PaymentExchange
from events.payment_data_life import SessionKey
from functions.payment_data.models import Gathered, Obstacle, Outcome

ACCEPTED = "10000"
_SERIALS = uuid.UUID("0b7c1a52-6d0e-5f37-9f0a-179201801201")
_OF_THE_PAYMENT = tuple(
    name
    for name in PaymentExchange.model_fields
    if name in OriginalPayment.model_fields and name not in {"guid", "note"}
)


@dataclass(frozen=True)
class Upload:
    """The two parts of an upload, as the very text that is signed and sent."""

    head: str
    lists: str


def is_same_payment(one: OriginalPayment, other: OriginalPayment) -> bool:
    """Whether two orders say that they were paid by one payment."""
    return (one.pay_code, one.pay_transaction_id) == (other.pay_code, other.pay_transaction_id)


def orders_of(order_no: str, known: Mapping[str, OriginalPayment]) -> list[str]:
    """All orders of the payment of `order_no`, as far as `known` tells: the asked one's own order first.

    A payment's upload holds every order of the original request (公告2018-179), so whoever is named counts.
    """
    found = [order_no]
    for number in found:  # grows while it is read
        payment = known.get(number)
        if payment is None or not is_same_payment(payment, known[order_no]):
            continue
        found += [other for other in payment.order_nos if other not in found]
    return found


def gathered(order_no: str, known: Mapping[str, OriginalPayment]) -> Gathered:
    """Whether the data of a question are complete and agree."""
    orders = orders_of(order_no, known)
    asked = known.get(order_no)
    ebp_code = asked.ebp_code if asked else None
    missing = [number for number in orders if number not in known]
    if asked is None or missing:
        return Gathered(ebp_code=ebp_code, orders=orders, obstacle=Obstacle.MISSING, wanted=missing)
    differing = {number: _differences(asked, known[number]) for number in orders}
    differing = {number: fields for number, fields in differing.items() if fields}
    if differing:
        fields = sorted({field for found in differing.values() for field in found})
        return Gathered(
            ebp_code=ebp_code, orders=orders, obstacle=Obstacle.CONFLICT, wanted=list(differing), fields=fields
        )
    return Gathered(ebp_code=ebp_code, orders=orders)


def _differences(one: OriginalPayment, other: OriginalPayment) -> list[str]:
    """The official names of the fields of the payment that two of its orders tell otherwise."""
    fields = OriginalPayment.model_fields
    return [str(fields[name].alias) for name in _OF_THE_PAYMENT if getattr(one, name) != getattr(other, name)]


def upload_of(key: SessionKey, orders: list[str], known: Mapping[str, OriginalPayment]) -> Upload:
    """The parts of the upload of complete data. Its guid is the same whenever the same question is answered."""
    payment = known[key.order_no]
    head = PaymentExchange.model_validate(
        {name: getattr(payment, name) for name in (*_OF_THE_PAYMENT, "note")}
        | {"guid": str(uuid.uuid5(_SERIALS, key.workflow_id)).upper()}
    )
    lists = [
        PaidOrder.model_validate({name: getattr(known[number], name) for name in PaidOrder.model_fields})
        for number in orders
    ]
    return Upload(head=official_json(head), lists=official_json(lists))


def official_json(value: Any) -> str:
    """A value as JSON on one line: official names in their order, numbers as numbers, Chinese as it is.

    What is absent is left out. Zeros at the end of an amount are left out too, so that the text stays the same when
    its reader reads it as a number and writes it again.
    """
    match value:
        case CebModel():
            fields = type(value).model_fields
            given = {field.alias or name: getattr(value, name) for name, field in fields.items()}
            members = (f"{json.dumps(name)}:{official_json(one)}" for name, one in given.items() if one is not None)
            return f"{{{','.join(members)}}}"
        case list():
            return f"[{','.join(map(official_json, value))}]"
        case Decimal():
            return plain(value.normalize() + 0)
        case _:
            return json.dumps(value, ensure_ascii=False)


def pre_image(session_id: str, upload: Upload, service_time: int) -> bytes:
    """What is signed: the first-level parts joined by "||", each value in quotes, the JSON in them not escaped.

    公告2018-179, 1.4, as signatures that customs accepted have it (rulebook 3.2).
    """
    parts = {
        "sessionID": session_id,
        "payExchangeInfoHead": upload.head,
        "payExchangeInfoLists": upload.lists,
        "serviceTime": service_time,
    }
    return "||".join(f'"{name}":"{value}"' for name, value in parts.items()).encode()


def pay_ex_info(session_id: str, upload: Upload, service_time: int, cert_no: str, sign_value: str) -> str:
    """`payExInfoStr`: the same texts that were signed, with the certificate's number and the signature (Base64)."""
    parts = {
        "sessionID": official_json(session_id),
        "payExchangeInfoHead": upload.head,
        "payExchangeInfoLists": upload.lists,
        "serviceTime": str(service_time),
        "certNo": official_json(cert_no),
        "signValue": official_json(sign_value),
    }
    return f"{{{','.join(f'{json.dumps(name)}:{value}' for name, value in parts.items())}}}"


def outcome_of(code: str, refusal_from: int) -> Outcome:
    """What a code of customs means: 10000 is success; which failures a repetition helps, no regulation says.

    By the policy row `payment_data.refusal_from` codes from there on are refusals; 20000 and what is no code at all
    are tried again.
    """
    if code == ACCEPTED:
        return Outcome.ACCEPTED
    is_number = code.isascii() and code.isdecimal()
    return Outcome.REFUSED if is_number and int(code) >= refusal_from else Outcome.RETRY

"""The official receipts: a message of returns for every message of documents."""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, TypeAdapter

from events.catalogue import BY_KIND
from events.ceb.frame import CebMessage
from events.documents import DocumentKind
from events.event_type import EventType
from events.receipts import Answer
from events.values import to_millisecond

_MESSAGES = uuid5(NAMESPACE_URL, "tag:sandan,2026:receipt")
_ANSWERS = TypeAdapter(list[Answer], config=ConfigDict(defer_build=True))
_LONGEST_INFO = 1000


RECEIPTS: dict[DocumentKind, EventType] = {
    DocumentKind.ORDER: BY_KIND[DocumentKind.ORDER_RECEIPT],
    DocumentKind.PAYMENT: BY_KIND[DocumentKind.PAYMENT_RECEIPT],
    DocumentKind.WAYBILL: BY_KIND[DocumentKind.WAYBILL_RECEIPT],
    DocumentKind.WAYBILL_STATUS: BY_KIND[DocumentKind.WAYBILL_STATUS_RECEIPT],
    DocumentKind.DECLARATION_LIST: BY_KIND[DocumentKind.LIST_RECEIPT],
    DocumentKind.CANCELLATION: BY_KIND[DocumentKind.CANCELLATION_RECEIPT],
}


def receipt_message(answers: Sequence[Answer]) -> CebMessage | None:
    """The receipt of one message's documents (311 → 312, …), one return for each; None for receipts of customs.

    The same answers make the same message, its guid included.
    """
    receipt = RECEIPTS.get(answers[0].kind)
    message = receipt.message if receipt else None
    if receipt is None or message is None:
        return None
    guid = uuid5(_MESSAGES, _ANSWERS.dump_json(list(answers)).decode())
    returns = [_return(answer, receipt.model) for answer in answers]
    return message.model_validate({"guid": str(guid).upper(), message.first_element: returns})


def _return(answer: Answer, element: type[BaseModel]) -> BaseModel:
    fields = {field.alias for field in element.model_fields.values()}
    return element.model_validate(
        {name: value for name, value in answer.keys.items() if name in fields}
        | {
            "guid": answer.guid,
            "returnStatus": answer.status,
            "returnTime": to_millisecond(answer.at),
            "returnInfo": _info(answer),
        }
    )


def _info(answer: Answer) -> str:
    """The Chinese text and, of a refusal, every problem with its place and value."""
    problems = (f"{problem.path}={problem.value or ''}: {problem.message}" for problem in answer.problems)
    return ";".join((answer.info.zh, *problems))[:_LONGEST_INFO]

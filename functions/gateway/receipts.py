"""The official receipts: a message of returns for every message of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from pydantic import ConfigDict, TypeAdapter

from events.ceb.base import CebModel
from events.ceb.declaration_list import CancellationReturn, DeclarationReturn
from events.ceb.message import (
    CEB312Message,
    CEB412Message,
    CEB512Message,
    CEB514Message,
    CEB622Message,
    CEB624Message,
    CebMessage,
)
from events.ceb.order import OrderReturn
from events.ceb.payment import PaymentReturn
from events.ceb.waybill import WaybillReturn, WaybillStatusReturn
from events.documents import DocumentKind
from events.receipts import Answer
from events.values import to_millisecond

_MESSAGES = uuid5(NAMESPACE_URL, "tag:sandan,2026:receipt")
_ANSWERS = TypeAdapter(list[Answer], config=ConfigDict(defer_build=True))
_LONGEST_INFO = 1000


@dataclass(frozen=True)
class _Receipt:
    message: type[CebMessage]
    element: type[CebModel]


_RECEIPTS = {
    DocumentKind.ORDER: _Receipt(CEB312Message, OrderReturn),
    DocumentKind.PAYMENT: _Receipt(CEB412Message, PaymentReturn),
    DocumentKind.WAYBILL: _Receipt(CEB512Message, WaybillReturn),
    DocumentKind.WAYBILL_STATUS: _Receipt(CEB514Message, WaybillStatusReturn),
    DocumentKind.DECLARATION_LIST: _Receipt(CEB622Message, DeclarationReturn),
    DocumentKind.CANCELLATION: _Receipt(CEB624Message, CancellationReturn),
}
RECEIPT_MESSAGES: tuple[type[CebMessage], ...] = tuple(receipt.message for receipt in _RECEIPTS.values())


def receipt_message(answers: Sequence[Answer]) -> CebMessage | None:
    """The receipt of one message's documents (311 → 312, …), one return for each; None for receipts of customs.

    The same answers make the same message, its guid included.
    """
    receipt = _RECEIPTS.get(answers[0].kind)
    if receipt is None:
        return None
    guid = uuid5(_MESSAGES, _ANSWERS.dump_json(list(answers)).decode())
    returns = [_return(answer, receipt.element) for answer in answers]
    return receipt.message.model_validate({"guid": str(guid).upper(), receipt.message.first_element: returns})


def _return(answer: Answer, element: type[CebModel]) -> CebModel:
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

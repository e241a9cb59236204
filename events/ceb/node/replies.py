"""What comes back, by kind: who speaks, about which message, with which codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.codec import read, refuse_root
from events.ceb.dxp import DxpModel
from events.ceb.dxp_reply import DxpRep, Response
from events.ceb.node.envelopes import unwrap_any
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml
from events.problems import InvalidInputError, Problem

_EXCHANGE_ERROR = re.compile(r"(?!0000)\d{4}", re.ASCII)
_NEGATIVE = re.compile(r"-\d+", re.ASCII)
_NOTICES = frozenset({"CEB792Message", "CEB816Message", "CEB818Message"})
_FORMAT_ERROR = "CEB900Message"
_CEB = f"{{{CebModel.xml_namespace}}}"


class ReplyKind(StrEnum):
    """Who speaks and how, the gravest first."""

    EXCHANGE_ERROR = "exchange-error"
    """The exchange platform did not carry the message: a code of 4 digits in a DxpRep."""
    FORMAT_ERROR = "format-error"
    """The customs system could not read the message: CEB900."""
    BUSINESS_EXCEPTION = "business-exception"
    """The customs system could not process a document: a negative status."""
    BUSINESS_RECEIPT = "business-receipt"
    """A document's status: 1 or more."""
    TRANSPORT_ANSWER = "transport-answer"
    """The exchange platform took the message: a DxpRep without an error."""
    NOTICE = "notice"
    """A document that customs sends of its own accord: summary results (792), tax bills (816, 818)."""


@dataclass(frozen=True)
class Answer:
    """One thing that a reply says. `text` may hold personal data: not for logs.

    `cop_msg_id` is that of the envelope answered, None in business receipts, which name their document by its business
    key. `receiver_id` says at which receiver, where the exchange platform tells them apart.
    """

    kind: ReplyKind
    code: str = ""
    text: str = ""
    cop_msg_id: str | None = None
    receiver_id: str | None = None


@dataclass(frozen=True)
class Reply:
    """All that came in one piece. `content` is its XML without the envelope, `root` the name of its root."""

    root: str
    content: bytes
    answers: tuple[Answer, ...]

    @property
    def kind(self) -> ReplyKind:
        """The gravest kind among the answers."""
        order = list(ReplyKind)
        return min((answer.kind for answer in self.answers), key=order.index)

    @property
    def cop_msg_id(self) -> str | None:
        """The CopMsgId that it is about; None when it names none, or several."""
        found = {answer.cop_msg_id for answer in self.answers}
        return found.pop() if len(found) == 1 else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the answers, each once, in their order."""
        return tuple(dict.fromkeys(answer.code for answer in self.answers if answer.code))

    @property
    def message(self) -> str:
        """The texts of the answers, each once; may hold personal data."""
        return "; ".join(dict.fromkeys(answer.text for answer in self.answers if answer.text))


def classify_reply(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> Reply:
    """What `data` says: a DxpRep or a customs message, alone or in an envelope.

    Receipts of all message types are told by their returnStatus, not read by their models, so that a receipt with a
    small mistake is not lost; codes that nobody has printed are kept as they are. Raises InvalidInputError for what is
    no reply, such as an order or broken XML.
    """
    root, content = parse_xml(data, size_limit), data
    if not _is_dxp_rep(root):
        content = unwrap_any(data, size_limit).message
        root = parse_xml(content, size_limit)
    if _is_dxp_rep(root):
        answers = [answer for response in read(root, DxpRep).responses for answer in _of_platform(response)]
    elif namespace(root) == CebModel.xml_namespace:
        answers = _of_customs(root)
    else:
        raise refuse_root(root, f"is neither a DxpRep nor a message in the namespace {CebModel.xml_namespace}")
    return Reply(local_name(root), content, tuple(answers))


def _is_dxp_rep(root: etree._Element) -> bool:
    return local_name(root) == "DxpRep" and namespace(root) == DxpModel.xml_namespace


def _of_platform(response: Response) -> Iterator[Answer]:
    """One answer for each receiver that is told apart, and one for all unless a receiver repeats its code."""
    cop_msg_id = response.original_head.cop_msg_id
    results = response.results.result if response.results else []
    if response.code not in {result.code for result in results}:
        yield Answer(_platform_kind(response.code), response.code, response.info or "", cop_msg_id)
    for result in results:
        text = result.info or response.info or ""
        yield Answer(_platform_kind(result.code), result.code, text, cop_msg_id, result.receiver_id)


def _platform_kind(code: str) -> ReplyKind:
    return ReplyKind.EXCHANGE_ERROR if _EXCHANGE_ERROR.fullmatch(code.strip()) else ReplyKind.TRANSPORT_ANSWER


def _of_customs(root: etree._Element) -> list[Answer]:
    if local_name(root) in _NOTICES:
        return [Answer(ReplyKind.NOTICE)]
    spoken = [element for element in root if element.find(f"{_CEB}returnStatus") is not None]
    if not spoken:
        words = "is no reply: it holds no returnStatus"
        problem = Problem(path=f"/{local_name(root)}", rule="reply", message=words, line=_line(root))
        raise InvalidInputError([problem])
    return [_of_element(element, is_format_error=local_name(root) == _FORMAT_ERROR) for element in spoken]


def _of_element(element: etree._Element, *, is_format_error: bool) -> Answer:
    code = _text(element, "returnStatus")
    if is_format_error:
        return Answer(ReplyKind.FORMAT_ERROR, code, _text(element, "returnInfo"), _text(element, "oriCopMsgId") or None)
    kind = ReplyKind.BUSINESS_EXCEPTION if _NEGATIVE.fullmatch(code) else ReplyKind.BUSINESS_RECEIPT
    return Answer(kind, code, _text(element, "returnInfo"))


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_CEB}{name}") or "").strip()


def _line(element: etree._Element) -> int | None:
    return element.sourceline if isinstance(element.sourceline, int) else None

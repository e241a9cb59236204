"""Customs asks platforms for raw payment data, and judges what they upload (公告2018-179).

Written apart from our own side on purpose: the pre-image is cut out of the text that came, not built from a model.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Annotated, Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from events.ceb.order import Order
from events.ceb.signature import SignatureProfile
from events.ceb.signature.algorithms import signed_by
from events.ceb.signature.certificate import Certificate, from_pem, read
from events.ceb.signature.der import DerError
from events.values import OrderKey, utc_now
from infra.sandbox.cases import Books
from infra.sandbox.config import ConfigError, SandboxConfig
from infra.sandbox.outbox import Outbox

TAKEN, FAILED = "10000", "20000"
UNKNOWN_SESSION, UNREADABLE, UNSIGNED, UNKNOWN_ORDER, WRONG_AMOUNT, NOT_WANTED = (
    "20001",
    "20002",
    "20003",
    "20004",
    "20005",
    "20006",
)
_SIGNED = ("sessionID", "payExchangeInfoHead", "payExchangeInfoLists", "serviceTime")
_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_BETWEEN = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder(parse_float=Decimal)
FAILURES = 2


class Story(StrEnum):
    """How customs takes an upload; the mark stands at the end of the sessionID, which customs makes."""

    PLAIN = "plain"
    REFUSED = "refused"
    FAILING = "failing"
    SLOW = "slow"


_MARKS = {Story.PLAIN: "OK", Story.REFUSED: "REFU", Story.FAILING: "FAIL", Story.SLOW: "SLOW"}


class _UnfitError(Exception):
    """An upload that customs does not take: its code and why."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class QuestionReport(BaseModel):
    """One question: what the platform answered at once, how often it uploaded, and what customs said last."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)

    session_id: Annotated[str, Field(alias="sessionID")]
    order_no: str
    story: Story
    uploads: int
    code: str | None
    orders: list[str]


@dataclass
class _Question:
    session_id: str
    order: OrderKey
    story: Story
    uploads: int = 0
    code: str | None = None
    orders: list[str] = field(default_factory=list)


class Questions:
    """The questions of one customs district; `certificates` are those that platforms registered, by their numbers."""

    def __init__(
        self, config: SandboxConfig, outbox: Outbox, books: Books, certificates: dict[str, Certificate]
    ) -> None:
        self._config = config
        self._outbox = outbox
        self._books = books
        self._certificates = certificates
        self._asked: dict[str, _Question] = {}

    def sample(self, order: OrderKey) -> None:
        """Ask for an order of the day, or not: so many of a hundred are drawn, always the same for one seed."""
        drawn = Random(f"{self._config.seed}/question/{order}").random()  # noqa: S311 -- repeatable on purpose
        if drawn < self._config.sample:
            self.ask(order)

    def ask(self, order: OrderKey, story: Story = Story.PLAIN) -> str:
        """Ask its platform for the payment data of an order; the sessionID."""
        session_id = f"SD{uuid4().hex[:28]}-{_MARKS[story]}"
        self._asked[session_id] = _Question(session_id, order, story)
        asked = {"orderNo": order.order_no, "sessionID": session_id, "serviceTime": _now()}
        self._outbox.start(self._outbox.ask(json.dumps(asked)))
        return session_id

    def report(self) -> list[QuestionReport]:
        """Every question."""
        return [
            QuestionReport(
                session_id=one.session_id,
                order_no=one.order.order_no,
                story=one.story,
                uploads=one.uploads,
                code=one.code,
                orders=one.orders,
            )
            for one in self._asked.values()
        ]

    def is_slow(self, pay_ex_info: str) -> bool:
        """Whether the first upload of this question is answered late."""
        question = self._question(pay_ex_info)
        return question is not None and question.story is Story.SLOW and question.uploads == 0

    def take(self, pay_ex_info: str) -> dict[str, Any]:
        """Judge an upload; the official answer."""
        question = self._question(pay_ex_info)
        if question is None:
            return _answer(UNKNOWN_SESSION, "会话不存在")
        question.uploads += 1
        try:
            if question.story is Story.FAILING and question.uploads <= FAILURES:
                raise _UnfitError(FAILED, "上传失败")
            question.orders = self._judge(question, pay_ex_info)
        except _UnfitError as unfit:
            question.code = unfit.code
            return _answer(unfit.code, str(unfit))
        question.code = TAKEN
        return _answer(TAKEN, "上传成功")

    def _question(self, pay_ex_info: str) -> _Question | None:
        try:
            session_id = json.loads(members(pay_ex_info)["sessionID"])
        except (ValueError, KeyError):
            return None
        return self._asked.get(session_id) if isinstance(session_id, str) else None

    def _judge(self, question: _Question, pay_ex_info: str) -> list[str]:
        """The orders of a right upload. Raises _UnfitError."""
        parts = members(pay_ex_info)
        self._verify(parts)
        try:
            head = _DECODER.decode(parts["payExchangeInfoHead"])
            lists = _DECODER.decode(parts["payExchangeInfoLists"])
            orders = [str(one["orderNo"]) for one in lists]
            whole = all(one["goodsInfo"] and one["recpAccount"] and one["recpName"] for one in lists)
            total, code = Decimal(head["totalAmount"]), str(head["ebpCode"])
            whole = whole and bool(head["initalRequest"] and head["initalResponse"])
        except (ValueError, KeyError, TypeError, ArithmeticError):
            raise _UnfitError(UNREADABLE, "报文格式错误") from None
        if not whole:
            raise _UnfitError(UNREADABLE, "必填项为空")
        if question.order.order_no not in orders or code != question.order.ebp_code:
            raise _UnfitError(UNKNOWN_ORDER, f"不是所请求的订单[{question.order.order_no}]")
        paid = sum((self._order(code, number).head.actual_paid for number in orders), Decimal(0))
        if total != paid:
            raise _UnfitError(WRONG_AMOUNT, f"交易金额{total}与订单实付金额合计{paid}不符")
        if question.story is Story.REFUSED:
            raise _UnfitError(NOT_WANTED, "数据验核不通过")
        return orders

    def _order(self, ebp_code: str, order_no: str) -> Order:
        order = self._books.orders.get(OrderKey(ebp_code=ebp_code, order_no=order_no))
        if order is None:
            raise _UnfitError(UNKNOWN_ORDER, f"订单信息查询不存在[{order_no}]")
        return order

    def _verify(self, parts: dict[str, str]) -> None:
        """The signature over the exact text, by the certificate that was registered under the number."""
        try:
            certificate = self._certificates[json.loads(parts["certNo"])]
            signature = base64.b64decode(json.loads(parts["signValue"]), validate=True)
            signed = "||".join(f'"{name}":"{_unquoted(parts[name])}"' for name in _SIGNED)
        except (KeyError, ValueError, TypeError, binascii.Error):
            raise _UnfitError(UNSIGNED, "证书未注册或签名缺失") from None
        if not signed_by(SignatureProfile.SM2_SM3, certificate.public_key, signed.encode(), signature):
            raise _UnfitError(UNSIGNED, "验签失败")


def registered(certificates: str) -> dict[str, Certificate]:
    """The certificates in a PEM text by their numbers. Raises ConfigError when one cannot be read."""
    found = {}
    for pem in _PEM.findall(certificates):
        try:
            certificate = read(from_pem(pem.encode()))
        except DerError as error:
            raise ConfigError(f"SANDAN_SANDBOX_CERTIFICATES: {error}") from None
        found[certificate.number] = certificate
    return found


def members(text: str) -> dict[str, str]:
    """The members of a JSON object as they stand in its text. Raises ValueError when it is none."""
    at = _skipped(text, 0)
    if not text.startswith("{", at):
        raise ValueError("not an object")
    at = _skipped(text, at + 1)
    found: dict[str, str] = {}
    while not text.startswith("}", at):
        name, end = _DECODER.raw_decode(text, at)
        start = _skipped(text, end)
        _, end = _DECODER.raw_decode(text, start)
        found[str(name)] = text[start:end]
        at = _skipped(text, end)
    return found


def _skipped(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


def _unquoted(text: str) -> str:
    return text[1:-1] if text.startswith('"') else text


def _answer(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "total": 0, "serviceTime": _now()}


def _now() -> int:
    return int(utc_now().timestamp() * 1000)

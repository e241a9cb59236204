"""Raw payment data that a platform opens to customs: 海关总署公告2018-165 and 2018-179 (rulebook 3.2).

The names are those of the 179 interface document, its `initalRequest` and `payExchangeInfoLists` included.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from events.ceb.base import Amount, CebModel, Enterprise, Flag, Guid, Key, Note, Second, text

_KEY_PART = re.compile(r"[^/\s]+")
_LARGEST_DOCUMENT = 256 * 1024  # what an item of a table can hold, with room to spare
_MOST_ORDERS, _MOST_GOODS = 99, 99
_VERIFIERS = {"1": "银联", "2": "网联", "3": "其他"}
_PAY_TYPES = {"1": "APP", "2": "PC", "3": "扫码", "4": "其他"}


def _verifier(value: str) -> str:
    return _one_of(value, _VERIFIERS)


def _pay_type(value: str) -> str:
    return _one_of(value, _PAY_TYPES)


def _one_of(value: str, known: dict[str, str]) -> str:
    if value not in known:
        raise ValueError(f"is not one of {', '.join(f'{code} ({name})' for code, name in known.items())}")
    return value


def _key_part(value: str) -> str:
    if not _KEY_PART.fullmatch(value):
        raise ValueError('holds "/" or white space: it is part of keys, so send it without them')
    return value


def _whole(value: str) -> str:
    if not value.isascii() or not value.isdecimal():
        raise ValueError("is not a time in milliseconds: write digits only, such as 1533271903898")
    return value


RawText = Annotated[str, text(1, 8000)]
OrderNo = Annotated[Key, AfterValidator(_key_part)]
SessionId = Annotated[str, text(1, 36), AfterValidator(_key_part)]
Verifier = Annotated[Flag, AfterValidator(_verifier)]
PayType = Annotated[Flag, AfterValidator(_pay_type)]
Milliseconds = Annotated[str, text(1, 16), AfterValidator(_whole)]


class PaidGoods(CebModel):
    """One article of an order: its name and the page that shows it; several links are joined by ";"."""

    gname: Annotated[str, text(1, 250)]
    item_link: Annotated[str, text(1, 3000)]


class PaidOrder(CebModel):
    """One order of a payment (an element of `payExchangeInfoLists`): its goods, and who received the money."""

    order_no: Key
    goods_info: Annotated[list[PaidGoods], Field(min_length=1, max_length=_MOST_GOODS)]
    recp_account: Annotated[str, text(1, 60)]
    recp_code: Annotated[str, text(0, 18)] | None = None
    recp_name: Annotated[str, text(1, 100)]


class PaymentExchange(CebModel):
    """The payment itself (`payExchangeInfoHead`): the raw texts between platform and payment firm, and what they say.

    `total_amount` is what was paid for all orders together, in `currency` (customs code, 142 is CNY).
    """

    guid: Guid
    inital_request: RawText
    inital_response: RawText
    ebp_code: Enterprise
    pay_code: Enterprise
    pay_transaction_id: Key
    total_amount: Amount
    currency: Annotated[str, text(1, 4)]
    ver_dept: Verifier
    pay_type: PayType | None = None
    trading_time: Second
    note: Note | None = None


class OriginalPayment(CebModel):
    """The raw payment data of one order, from its platform or its payment firm; an event of this product.

    A payment may cover several orders: `order_nos` names every order of the original payment request, this one
    included, and each of them has an event of its own that repeats the payment. app_type 2 changes an earlier event.
    """

    guid: Guid
    app_type: Flag = "1"
    app_time: Second
    order_no: OrderNo
    order_nos: Annotated[list[OrderNo], Field(min_length=1, max_length=_MOST_ORDERS)]
    inital_request: RawText
    inital_response: RawText
    ebp_code: Enterprise
    pay_code: Enterprise
    pay_transaction_id: Key
    total_amount: Amount
    currency: Annotated[str, text(1, 4)]
    ver_dept: Verifier
    pay_type: PayType | None = None
    trading_time: Second
    note: Note | None = None
    goods_info: Annotated[list[PaidGoods], Field(min_length=1, max_length=_MOST_GOODS)]
    recp_account: Annotated[str, text(1, 60)]
    recp_code: Annotated[str, text(0, 18)] | None = None
    recp_name: Annotated[str, text(1, 100)]

    @model_validator(mode="after")
    def _checked(self) -> "OriginalPayment":
        if self.order_no not in self.order_nos:
            raise ValueError(f"orderNos does not name the order {self.order_no} itself: add it")
        if len(set(self.order_nos)) < len(self.order_nos):
            raise ValueError("orderNos names an order twice: name each once")
        size = len(self.model_dump_json().encode())
        if size > _LARGEST_DOCUMENT:
            raise ValueError(f"has {size} bytes, {_LARGEST_DOCUMENT} are taken: shorten the links of the goods")
        return self


class PlatDataOpen(CebModel):
    """What customs asks (`openReq` of `platDataOpen`): the payment data of an order, under a session of its own.

    `ebp_code` is not customs' but ours: the platform whose registered address was called, where the address says it.
    """

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)  # customs may add; serviceTime is a Long

    order_no: OrderNo
    session_id: Annotated[SessionId, Field(alias="sessionID")]
    service_time: Milliseconds
    ebp_code: Annotated[Enterprise, AfterValidator(_key_part)] | None = None


class PlatDataOpenAnswer(CebModel):
    """The answer at once: 10000, or a code of 20000 to 21000 with its reason; `service_time` in milliseconds."""

    code: str
    message: str
    service_time: int


class UploadAnswer(CebModel):
    """What customs answers to `realTimeDataUp`: 10000 上传成功, 20000 上传失败, 20001 to 21000 an exception."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    code: Annotated[str, text(1, 20)]
    message: str | None = None
    total: int | None = None
    service_time: int | None = None

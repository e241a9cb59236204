"""Why a document is refused: the official code and phrase for every kind, and what its sender can do."""

from collections.abc import Sequence
from enum import StrEnum

from events.documents import DocumentKind
from events.problems import Problem
from events.values import Text, Value

_SHOWN_FIELDS = 10


class Reason(StrEnum):
    """The reasons of the door, the weightiest first: it gives a document its code when several apply."""

    UNSIGNED = "unsigned"
    SIGNED_DATA = "signed-data"
    SIGNATURE = "signature"
    APP_TYPE = "app-type"
    OPERATION = "operation"
    LINES = "lines"
    PARAMETER = "parameter"
    EXISTS = "exists"
    DECLARED = "declared"
    UNKNOWN = "unknown"
    OUTDATED = "outdated"


class Refusal(Value):
    """A refused document: the official code, its phrase, and every mistake with its place."""

    code: str
    info: Text
    problems: tuple[Problem, ...]


NAMES: dict[DocumentKind, Text] = {
    DocumentKind.ORDER: Text(zh="订单", en="Order"),
    DocumentKind.PAYMENT: Text(zh="支付单", en="Payment"),
    DocumentKind.WAYBILL: Text(zh="运单", en="Waybill"),
    DocumentKind.DECLARATION_LIST: Text(zh="清单", en="List"),
    DocumentKind.DECLARATION_REQUEST: Text(zh="清单代制申请", en="List request"),
    DocumentKind.WAYBILL_STATUS: Text(zh="运单状态", en="Waybill status"),
    DocumentKind.CANCELLATION: Text(zh="撤销申请单", en="Cancellation"),
    DocumentKind.LIST_RECEIPT: Text(zh="清单回执", en="List receipt"),
    DocumentKind.CANCELLATION_RECEIPT: Text(zh="撤销申请单回执", en="Cancellation receipt"),
    DocumentKind.ORDER_RECEIPT: Text(zh="订单回执", en="Order receipt"),
    DocumentKind.PAYMENT_RECEIPT: Text(zh="支付单回执", en="Payment receipt"),
    DocumentKind.WAYBILL_RECEIPT: Text(zh="运单回执", en="Waybill receipt"),
    DocumentKind.WAYBILL_STATUS_RECEIPT: Text(zh="运单状态回执", en="Waybill status receipt"),
    DocumentKind.REFUND_RECEIPT: Text(zh="退货申请单回执", en="Return receipt"),
    DocumentKind.TAX_BILL: Text(zh="电子税单", en="Tax bill"),
    DocumentKind.TAX_BILL_STATUS: Text(zh="电子税单状态", en="Tax bill status"),
    DocumentKind.GOODS_RETURNED: Text(zh="退货入区报告", en="Report of returned goods"),
    DocumentKind.FORMAT_ERROR: Text(zh="报文格式错误回执", en="Format error"),
    DocumentKind.ORIGINAL_PAYMENT: Text(zh="支付原始数据", en="Raw payment data"),
    DocumentKind.PAYMENT_DATA_REQUEST: Text(zh="支付原始数据获取请求", en="Question for payment data"),
}


def _unproven(code: str, phrase: str) -> dict["Reason", tuple[str, str]]:
    """One code for whatever is wrong with a signature, where the table has no more."""
    return dict.fromkeys((Reason.UNSIGNED, Reason.SIGNED_DATA, Reason.SIGNATURE), (code, phrase))


# Codes and phrases: 规范 202205 table 7-2. {fields} and {key} stand where the table has its placeholder.
# The table has no code "exists" for lists and none "old data" for waybills and lists: there the general
# codes say so in words.
_LIST_CODES: dict[Reason, tuple[str, str]] = {
    Reason.UNSIGNED: ("-621026", "保存签名信息发生错误,签名信息为空！"),
    Reason.SIGNED_DATA: ("-621028", "加签数据比对失败！"),
    Reason.SIGNATURE: ("-621029", "验签失败！"),
    Reason.APP_TYPE: ("-621001", "清单报文校验失败，[{fields}]"),
    Reason.LINES: ("-621027", "请确认表体gnum 无重复！"),
    Reason.PARAMETER: ("-621001", "清单报文校验失败，[{fields}]"),
    Reason.EXISTS: ("-621003", "清单申报失败，[订单{key}的清单已存在，内容不同]"),
    Reason.DECLARED: ("-621004", "清单[{key}]已经申报过，请勿重复申报"),
    Reason.UNKNOWN: ("-621011", "不存在已申报的清单[{key}]，无法进行改单操作"),
    Reason.OUTDATED: ("-621001", "清单报文校验失败，[{key}：appTime 早于已接收的报文，为旧报文数据]"),
}
_PAYMENT_CODES: dict[Reason, tuple[str, str]] = {
    **_unproven("-401009", "参数校验不通过，[验签失败]"),
    Reason.APP_TYPE: ("-401006", "支付单标识(appType)不正确,未找到对应操作的支付单"),
    Reason.PARAMETER: ("-401009", "参数校验不通过，[{fields}]"),
    Reason.EXISTS: ("-401007", "已存在相同编号的支付单"),
    Reason.DECLARED: ("-401008", "该支付单已向海关申报支付单，状态不符"),
    Reason.UNKNOWN: ("-401006", "支付单标识(appType)不正确,未找到对应操作的支付单"),
    Reason.OUTDATED: ("-401012", "支付单报文处理失败，接收报文为旧报文数据，不做处理"),
}
_CODES: dict[DocumentKind, dict[Reason, tuple[str, str]]] = {
    DocumentKind.ORDER: {
        **_unproven("-301020", "验签失败"),  # observed, not in the table (rulebook 2.8)
        Reason.APP_TYPE: ("-301009", "订单标识(appType)不正确,未找到操作的订单"),
        Reason.LINES: ("-301002", "订单商品信息内有重复商品序号"),
        Reason.PARAMETER: ("-301008", "参数校验不通过，{fields}"),
        Reason.EXISTS: ("-301010", "已存在相同编号的订单"),
        Reason.DECLARED: ("-301011", "该订单已向海关申报清单，状态不符"),
        Reason.UNKNOWN: ("-301009", "订单标识(appType)不正确,未找到操作的订单"),
        Reason.OUTDATED: ("-301014", "订单报文处理失败，接收报文为旧报文数据，不做处理"),
    },
    DocumentKind.PAYMENT: _PAYMENT_CODES,
    DocumentKind.ORIGINAL_PAYMENT: _PAYMENT_CODES,  # an event of ours, for which the table has no codes
    DocumentKind.WAYBILL: {
        **_unproven("-504011", "参数校验不通过，验签失败"),
        Reason.APP_TYPE: ("-504014", "运单标识(appType)不正确,未找到操作的运单"),
        Reason.PARAMETER: ("-504011", "参数校验不通过，{fields}"),
        Reason.EXISTS: ("-504012", "物流运单已存在"),
        Reason.DECLARED: ("-504016", "该运单已向海关申报运单，状态不符"),
        Reason.UNKNOWN: ("-504014", "运单标识(appType)不正确,未找到操作的运单"),
        Reason.OUTDATED: ("-504011", "参数校验不通过，appTime 早于已接收的报文，为旧报文数据"),
    },
    DocumentKind.WAYBILL_STATUS: {
        **_unproven("-505011", "参数校验不通过"),
        Reason.APP_TYPE: ("-505011", "参数校验不通过"),
        Reason.OPERATION: ("-505014", "物流运单状态报文处理失败，未找到对应操作"),
        Reason.PARAMETER: ("-505011", "参数校验不通过"),
        Reason.EXISTS: ("-505012", "物流运单状态已存在"),
    },
    DocumentKind.DECLARATION_LIST: _LIST_CODES,
    DocumentKind.DECLARATION_REQUEST: _LIST_CODES,
    DocumentKind.CANCELLATION: {
        **_unproven("-623029", "验签失败！"),
        Reason.UNSIGNED: ("-623017", "保存签名信息发生错误,签名信息为空！"),
        Reason.APP_TYPE: ("-623001", "报文校验失败，[{fields}]"),
        Reason.PARAMETER: ("-623001", "报文校验失败，[{fields}]"),
        Reason.EXISTS: ("-623009", "撤单清单[{key}]已经申报过"),
    },
    # Not a message of the standard: refused as the return that it reports on would be.
    DocumentKind.GOODS_RETURNED: {
        Reason.PARAMETER: ("-625001", "退货入区报告校验失败，[{fields}]"),
        Reason.EXISTS: ("-625004", "退货入区报告接收失败，[退货{key}的报告已存在，内容不同]"),
    },
}
_WORDS: dict[Reason, str] = {
    Reason.UNSIGNED: "it has no Signature, which is required of it",
    Reason.SIGNED_DATA: "its Signature is over other data",
    Reason.SIGNATURE: "its Signature is not valid",
    Reason.APP_TYPE: "appType is not one that is taken here; see the problems",
    Reason.OPERATION: "a status can only be sent new (appType 1), not changed",
    Reason.LINES: "its lines carry the same gnum more than once; see the problems",
    Reason.PARAMETER: "{fields}: see the problems",
    Reason.EXISTS: "other content is on record under this key",
    Reason.DECLARED: "a declared list uses it, so it cannot change",
    Reason.UNKNOWN: "there is nothing on record under this key that could be changed",
    Reason.OUTDATED: "a newer message is on record; this one is old and has no effect",
}
_REMEDIES: dict[Reason, str] = {
    Reason.EXISTS: "other content is on record under {key}: to replace it, send the document with appType 2",
    Reason.DECLARED: "a declared list uses {key}: have the list cancelled first (CEB623), then send the change again",
    Reason.UNKNOWN: "nothing is on record under {key}: send the document with appType 1",
    Reason.OUTDATED: "a message of a later appTime is on record under {key}: send the change with the present time",
}
_FINAL = "other content is on record under {key}, and a document of this kind cannot be changed"


def refusal(kind: DocumentKind, reason: Reason, key: str, problems: Sequence[Problem]) -> Refusal:
    """The refusal of the document `key` for what is wrong with it."""
    code, phrase = _CODES[kind][reason]
    paths = [problem.path.removeprefix("/") for problem in problems]
    fields = ", ".join(paths[:_SHOWN_FIELDS])
    more_zh, more_en = (f" 等{len(paths)}项", ", …") if len(paths) > _SHOWN_FIELDS else ("", "")
    zh = phrase.format(fields=fields + more_zh, key=key)
    en = f"{NAMES[kind].en} {key} is refused: {_WORDS[reason].format(fields=fields + more_en)}"
    return Refusal(code=code, info=Text(zh=zh, en=en), problems=tuple(problems))


def codes_of(*reasons: Reason) -> frozenset[str]:
    """The official codes of documents of any kind that are refused for one of these reasons."""
    return frozenset(code for codes in _CODES.values() for reason, (code, _) in codes.items() if reason in reasons)


def remedy(kind: DocumentKind, reason: Reason, key: str) -> str:
    """What the sender can do about a refusal for what is on record."""
    changeable = Reason.DECLARED in _CODES[kind]
    return (_REMEDIES[reason] if changeable else _FINAL).format(key=key)

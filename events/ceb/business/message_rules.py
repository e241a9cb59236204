"""Rules of the message as a whole: its signature, how much it holds, and keys that may stand once."""

from collections.abc import Iterator

from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.tree import Part
from events.ceb.frame import MESSAGE_LIMIT, CebMessage
from events.values import Text

_DECLARED = "2"
_MUST_BE_SIGNED = frozenset(
    f"CEB{number}" for number in (507, 509, 603, 605, 607, 621, 623, 625, 701, 711)
)  # rulebook 2.2; 507 when appStatus is 2
_KEYS: dict[str, tuple[str, ...]] = {
    "CEB303": ("ebpCode", "orderNo"),
    "CEB311": ("ebpCode", "orderNo"),
    "CEB411": ("payCode", "payTransactionId"),
    "CEB505": ("logisticsCode", "logisticsNo"),
    "CEB511": ("logisticsCode", "logisticsNo"),
    "CEB213": ("agentCode", "coElNo"),
    "CEB509": ("logisticsCode", "copNo", "msgSeqNo"),
    "CEB603": ("agentCode", "copNo"),
    "CEB607": ("agentCode", "copNo", "msgSeqNo"),
    "CEB701": ("agentCode", "copNo", "msgSeqNo"),
}
_SIGNED_BY_LAW = BusinessRule(
    "S-SIGNATURE",
    Text(zh="传输的数据应有电子签名，请加签", en="transmitted data carry an electronic signature: sign the message"),
    "海关总署公告2018-194 §8",
    Severity.ADVICE,
)
_SIGNATURE = BusinessRule(
    "S-SIGNATURE",
    Text(
        zh="appStatus 为 2（申报）时必须有 Signature，请加签后再发送",
        en="with appStatus 2 (declare) a Signature is required: sign the message before it is sent",
    ),
    "规范 202205 appStatus",
)
_TOO_MANY = BusinessRule(
    "G-LIMIT",
    Text(
        zh=f"一个报文最多 {MESSAGE_LIMIT} 个业务单证，请拆分", en=f"a message holds {MESSAGE_LIMIT} at most: split it"
    ),
    "规范 202205 §2",
)
_GUID_TWICE = BusinessRule(
    "U-GUID",
    Text(zh="序号应唯一，本报文中已出现过", en="it should be unique, and stands in this message already"),
    "规范 202205 guid",
    Severity.ADVICE,
)


def is_single_and_signed(message: CebMessage) -> bool:
    """Whether nothing of the whole can be wrong: one element has no like, and a Signature is there or not asked for."""
    return len(message.elements) == 1 and bool(getattr(message, "signature", None) or not _is_upload(message))


def message_problems(message: CebMessage, name: str, elements: list[tuple[Part, Part]]) -> Iterator[BusinessProblem]:
    """The problems of the whole; `elements` are the business elements, each with its head."""
    if len(elements) > MESSAGE_LIMIT:
        yield _TOO_MANY.broken(elements[MESSAGE_LIMIT][0].path, len(elements))
    heads = [head for _, head in elements]
    yield from _signature(message, name, heads)
    yield from _same_guid(heads)
    yield from _same_key(name, heads)


def _is_upload(message: CebMessage) -> bool:
    return "signature" in type(message).model_fields


def _signature(message: CebMessage, name: str, heads: list[Part]) -> Iterator[BusinessProblem]:
    """Where the specification leaves the Signature optional, the law still asks for it (公告2018-194 §8): an advice."""
    if getattr(message, "signature", None) or not any(head.said("appStatus") == _DECLARED for head in heads):
        return
    yield (_SIGNATURE if name in _MUST_BE_SIGNED else _SIGNED_BY_LAW).broken(f"/{message.root}/Signature")


def _same_guid(heads: list[Part]) -> Iterator[BusinessProblem]:
    seen = set()
    for head in heads:
        guid = head.said("guid")
        if guid and guid in seen:
            yield _GUID_TWICE.broken(head.at("guid"), guid)
        seen.add(guid)


def _same_key(name: str, heads: list[Part]) -> Iterator[BusinessProblem]:
    fields = _KEYS.get(name)
    if fields is None:
        return
    key, seen = " + ".join(fields), set()
    must = Text(zh=f"{key} 应唯一，本报文中已出现过", en=f"{key} must be unique, and stands in this message already")
    rule = BusinessRule("U-KEY", must, f"规范 202205 {name} {fields[1]}")
    for head in heads:
        values = tuple(head.said(field) for field in fields)
        if values in seen:
            yield rule.broken(head.at(fields[1]), values[1])
        seen.add(values)

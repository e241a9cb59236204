"""What one field must look like, whatever stands in the others: times, numbers, and codes of which we hold no list.

Code lists that the standard prints are data (`events/ceb/codes`). Of those that it only refers to (JGS-20, JGS/T 18)
the form alone is checked, and the text says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from events.ceb.business import forms
from events.ceb.business.problem import BusinessRule, Severity
from events.ceb.business.scope import ALL, EXPORT, IMPORT, TALLY
from events.values import Text

_SPEC = "规范 202205"
_CHINA = "142"


@dataclass(frozen=True)
class FieldRule:
    """A rule of one field: `fields` by their official names, `messages` in which they stand (None: in all)."""

    rule: BusinessRule
    holds: Callable[[Any], object]
    fields: frozenset[str]
    messages: frozenset[str] | None = None

    def speaks_of(self, message: str, field: str) -> bool:
        """Whether the rule asks something of a field."""
        return field in self.fields and (self.messages is None or message in self.messages)


def _row(
    rule_id: str,
    fields: str,
    holds: Callable[[Any], object],
    must: tuple[str, str],
    *,
    messages: frozenset[str] | None = None,
    severity: Severity = Severity.ERROR,
) -> FieldRule:
    zh, en = must
    names = fields.split()
    rule = BusinessRule(rule_id, Text(zh=zh, en=en), f"{_SPEC} {names[0]}", severity)
    return FieldRule(rule, holds, frozenset(names), messages)


def _form(
    rule_id: str,
    fields: str,
    holds: Callable[[Any], object],
    form: tuple[str, str],
    source: str,
    *,
    messages: frozenset[str] | None = None,
) -> FieldRule:
    """A code of a list that is not in our sources."""
    zh, en = form
    must = (
        f"应为{zh}（{source} 代码，此处只核对形式）",
        f"it must be {en} (a code of {source}; only its form is checked)",
    )
    return _row(rule_id, fields, holds, must, messages=messages)


def _starts_with(letter: str) -> Callable[[str], bool]:
    return lambda value: value.startswith(letter)


def _list_number(mark: str) -> tuple[str, str]:
    zh = f"应为 4 位关区 + 4 位年 + {mark} + 9 至 11 位流水号"
    return zh, f"it must be four digits of the customs area, the year, {mark}, and 9 to 11 digits"


_SECOND = ("应为真实的时间 YYYYMMDDhhmmss（北京时间）", "it must be a real time, YYYYMMDDhhmmss (China Standard Time)")
_MILLISECOND = (
    "应为真实的时间 YYYYMMDDhhmmssSSS（北京时间）",
    "it must be a real time, YYYYMMDDhhmmssSSS (China Standard Time)",
)
_GUID = (
    "应为 36 位唯一序号：大写字母的 UUID",
    "it should be a unique serial number of 36 characters: an upper-case UUID",
)
_ENTERPRISE = (
    "应为 10 位海关编码或 18 位统一社会信用代码",
    "it should be a customs registration of 10 characters or a unified social credit code of 18",
)
_OWNER = (f"{_ENTERPRISE[0]}，未注册的填 NO", f"{_ENTERPRISE[1]}, or NO where there is none")
_PORT_NUMBER = ("应为 1 位字母 + 8 位年月日 + 9 位流水号", "it must be a letter, the day YYYYMMDD and nine digits")
_THREE_DIGITS = (" 3 位数字", "three digits")
_ONE_CHARACTER = (" 1 位数字或大写字母", "one digit or capital letter")
_SUM_NUMBER = ("海关生成的编号是 18 位", "numbers that customs gives have 18 characters")
_SUM_NUMBER_SEEN = (
    "官方样例的形式是 1 位字母 + 8 位年月日 + 9 位流水号",
    "the official samples write a letter, the day YYYYMMDD and nine digits",
)
_LETTER_O = ("理货明细的编号以 O 开头", "numbers of tallies begin with O")
_LETTER_B = ("规范写明的首字母是 B", "the letter that the specification names is B")
_NOT_CHINA = ("出口退货的国家（地区）不能为中国 142", "goods that return come from abroad, not from China (142)")
_MESSAGE_TYPE = ("应为报文类型如 CEB311Message，未知为 Unknown", "it must be a type such as CEB311Message, or Unknown")

FIELD_RULES: tuple[FieldRule, ...] = (
    _row("G-GUID", "guid", forms.is_guid, _GUID, severity=Severity.ADVICE),
    _row("G-VERSION", "version", "1.0".__eq__, ("目前只有 1.0", "there is only 1.0 yet"), severity=Severity.ADVICE),
    _row("T-SECOND", "appTime payTime logisticsTime accountingDate leaveTime", forms.is_second, _SECOND),
    _row("T-SECOND", "startTime endTime", forms.is_second, _SECOND, messages=frozenset({"CEB701"})),
    _row("T-MILLISECOND", "returnTime opDate", forms.is_millisecond, _MILLISECOND),
    _row("T-DAY", "declTime ieDate", forms.is_day, ("应为真实的日期 YYYYMMDD", "it must be a real day, YYYYMMDD")),
    _form("F-CURRENCY", "currency fCurrency iCurrency", forms.digits(3), _THREE_DIGITS, "JGS-20", messages=EXPORT),
    _form("F-COUNTRY", "country tradeCountry", forms.digits(3), _THREE_DIGITS, "JGS-20"),
    _form("F-UNIT", "unit unit1 unit2", forms.digits(3), _THREE_DIGITS, "JGS-20"),
    _form("F-CUSTOMS", "customsCode portCode", forms.digits(4), (" 4 位数字", "four digits"), "JGS/T 18"),
    _form("F-TRAF-MODE", "trafMode", forms.capitals(1, 1), _ONE_CHARACTER, "JGS-20"),
    _form("F-PORT", "POD", forms.capitals(3, 4), (" 3 至 4 位数字或大写字母", "3 or 4 digits or capitals"), "JGS-20"),
    _form("F-GCODE", "gcode", forms.digits(10), (" 10 位数字", "ten digits"), "进出口税则"),
    _form("F-DISTRICT", "consigneeDistrict", forms.digits(6), (" 6 位数字", "six digits"), "国家行政区划"),
    _form(
        "F-WRAP", "wrapType", forms.digits(1), (" 1 位数字", "one digit"), "包装种类", messages=frozenset({"CEB621"})
    ),
    _form("F-WRAP", "wrapType", forms.capitals(1, 1), _ONE_CHARACTER, "包装种类", messages=frozenset({"CEB603"})),
    _row(
        *("F-ENTERPRISE", "agentCode ebcCode logisticsCode declAgentCode", forms.is_enterprise, _ENTERPRISE),
        messages=EXPORT,
        severity=Severity.ADVICE,
    ),
    _row(
        *("F-ENTERPRISE", "ownerCode", forms.is_enterprise_or_none, _OWNER),
        messages=EXPORT,
        severity=Severity.ADVICE,
    ),
    _row("F-PRE-NO", "preNo", forms.is_port_number, _PORT_NUMBER),
    _row("F-PRE-NO", "preNo", _starts_with("O"), _LETTER_O, messages=TALLY, severity=Severity.ADVICE),
    _row("F-PRE-NO", "preNo", _starts_with("B"), _LETTER_B, messages=ALL - TALLY, severity=Severity.ADVICE),
    _row("F-INVT-NO", "invtNo", forms.is_list_number("I"), _list_number("I"), messages=IMPORT),
    _row("F-INVT-NO", "invtNo", forms.is_list_number("E"), _list_number("E"), messages=EXPORT),
    _row("F-SUM-NO", "sumNo", forms.capitals(18, 18), _SUM_NUMBER),
    _row("F-SUM-NO", "sumNo", forms.is_port_number, _SUM_NUMBER_SEEN, severity=Severity.ADVICE),
    _row("M8", "packNo", (1).__eq__, ("限定为 1", "it must be 1"), messages=frozenset({"CEB511"})),
    _row("X-COUNTRY", "country", _CHINA.__ne__, _NOT_CHINA, messages=frozenset({"CEB213"})),
    _row("C-ORI-TYPE", "oriMessageType", forms.is_message_type, _MESSAGE_TYPE),
)

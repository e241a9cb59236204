"""What fields may hold by the code tables, and receipts by the statuses of their kind."""

from collections.abc import Iterator
from datetime import date

from events.ceb.business.field_rules import FieldRule
from events.ceb.business.forms import day_of, is_negative_number
from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.scope import EXPORT
from events.ceb.business.tree import Part
from events.ceb.codes import CodeTable, code_table
from events.ceb.receipt_families import FAMILIES
from events.values import Text

_FORMAT_ERROR = "CEB900"
_BELOW_ZERO = BusinessRule(
    "C-RETURN-STATUS",
    Text(zh="格式错误回执的状态应小于 0", en="the status of a format error must be below 0"),
    "规范 202205 CEB900 returnStatus",
)


def code_rule(message: str, element: str, field: str) -> FieldRule | None:
    """The rule of a field that has a code list."""
    if field == "returnStatus":
        return _status_rule(message)
    table = code_table(message, element, field)
    if table is None:
        return None
    words = table.words()
    must = Text(zh=f"只能是 {words.zh}", en=f"it must be {words.en}")
    rule = BusinessRule(table.rule, must, table.basis, Severity.ERROR if table.closed else Severity.ADVICE)
    return FieldRule(rule, table.codes.__contains__, frozenset({field}))


def _status_rule(message: str) -> FieldRule | None:
    """Lists of export receipts end with "等" (and so on), but for those of returns: what they lack is an advice."""
    if message == _FORMAT_ERROR:
        return FieldRule(_BELOW_ZERO, is_negative_number, frozenset({"returnStatus"}))
    family = FAMILIES.get(message)
    if family is None:
        return None
    known = family.statuses.keys() | family.observed
    listed = ", ".join(sorted(known, key=int))
    is_open = message in EXPORT - {"CEB214", "CEB216"}
    must = Text(
        zh=f"{family.name.zh}的状态是 {listed}，或小于 0 的异常代码",
        en=f"receipts of this kind ({family.name.en}) say {listed}, or an exception below 0",
    )
    severity = Severity.ADVICE if is_open else Severity.ERROR
    rule = BusinessRule("C-RETURN-STATUS", must, f"规范 202205 {message} returnStatus", severity)
    return FieldRule(rule, lambda value: value in known or is_negative_number(value), frozenset({"returnStatus"}))


def not_yet_in_force(part: Part, field: str, table: CodeTable) -> Iterator[BusinessProblem]:
    """A code of a dated table before its first day; the day that counts is that of appTime."""
    day = day_of(part.said("appTime"))
    starts = table.starts_after(part.said(field), day) if day else None
    if starts:
        yield _too_early(table, starts).broken(part.at(field), part.value(field))


def _too_early(table: CodeTable, starts: date) -> BusinessRule:
    must = Text(zh=f"{starts} 起才可以使用", en=f"it may stand from {starts} on, by appTime")
    return BusinessRule(table.rule, must, table.basis)

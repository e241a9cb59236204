"""Identity numbers of buyers and payers (rule M9)."""

from collections.abc import Iterator

from events.ceb.business.problem import BusinessProblem, BusinessRule
from events.ceb.business.tree import Part
from events.identity import IDENTITY_CARD, is_identity_number
from events.values import Text

_IMPOSSIBLE = BusinessRule(
    "M9",
    Text(
        zh="不是有效的身份证号码（17 位数字加校验码，含真实的出生日期）",
        en="no identity number looks so (17 digits with a real date of birth, and the check digit of them)",
    ),
    "GB 11643",
)


def identity(part: Part) -> Iterator[BusinessProblem]:
    """A number that claims to be that of an identity card (type 1) must be a possible one."""
    for person in ("buyer", "payer"):
        number = f"{person}IdNumber"
        if part.said(f"{person}IdType") == IDENTITY_CARD and not is_identity_number(part.said(number)):
            yield _IMPOSSIBLE.broken(part.at(number), part.value(number))

"""The rules of a template's parameters, held before CloudFormation does, after four uploads; pure."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from events.problems import Problem


def broken(declared: Mapping[str, Any], value: str, path: str) -> list[Problem]:
    """The rules of a parameter that a value breaks, each with what is allowed. Every item of a list has to hold them.

    `declared` is the parameter as the template declares it, `path` where the value was given.
    """
    items = [value]
    if declared["Type"] == "CommaDelimitedList":
        items = [item.strip() for item in value.split(",")] if value else []
    return [
        Problem(path=path, rule=rule, value=item, message=f"{message} ({rule} in template.yaml)")
        for item in items
        for rule, message in _of_item(declared, item)
    ]


def _of_item(declared: Mapping[str, Any], item: str) -> Iterator[tuple[str, str]]:
    allowed = [str(one) for one in declared.get("AllowedValues", ())]
    if allowed and item not in allowed:
        yield "AllowedValues", f"must be one of {', '.join(allowed)}"
    pattern = declared.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, item):
        yield "AllowedPattern", f"must be {declared.get('ConstraintDescription', f'of the form {pattern}')}"
    if len(item) < int(declared.get("MinLength", 0)):
        yield "MinLength", f"must have {declared['MinLength']} characters at least"
    if "MaxLength" in declared and len(item) > int(declared["MaxLength"]):
        yield "MaxLength", f"must have {declared['MaxLength']} characters at the most"
    if declared["Type"] == "Number":
        yield from _of_number(declared, item)


def _of_number(declared: Mapping[str, Any], item: str) -> Iterator[tuple[str, str]]:
    try:
        number = Decimal(item)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        yield "Type", "must be a number"
        return
    if "MinValue" in declared and number < Decimal(str(declared["MinValue"])):
        yield "MinValue", f"must be {declared['MinValue']} at least"
    if "MaxValue" in declared and number > Decimal(str(declared["MaxValue"])):
        yield "MaxValue", f"must be {declared['MaxValue']} at the most"

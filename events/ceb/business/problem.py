"""What the business layer says of a message, and the rules in whose name it says so."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from events.ceb.base import plain
from events.values import Text, Value


class Severity(StrEnum):
    """ERROR: the standard's text is broken. ADVICE: real traffic or the official samples break it and are taken."""

    ERROR = "error"
    ADVICE = "advice"


class BusinessProblem(Value):
    """One broken rule: where (XPath, counted from 1), the value that stands there, what is asked, and its source.

    `code` is the official code that customs would answer with, where one is known. `line` is known only where the
    message was read from a file (`infra.ceb.validation`).
    """

    rule: str
    severity: Severity
    path: str
    value: str | None = None
    message: Text
    basis: str
    code: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class BusinessRule:
    """What is asked: `must` says it, to follow the name of a field and its value."""

    id: str
    must: Text
    basis: str
    severity: Severity = Severity.ERROR
    code: str | None = None

    def broken(self, path: str, value: Any = None) -> BusinessProblem:
        """The problem of one field, which is the last part of `path`."""
        said, name = said_of(value), path.rpartition("/")[2]
        message = Text(
            zh=f"{self.id}：{name} {f'是 {said}' if said else '为空'}，{self.must.zh}。",
            en=f"{self.id}: {name} is {said or 'empty'}; {self.must.en}.",
        )
        return BusinessProblem(
            rule=self.id,
            severity=self.severity,
            path=path,
            value=said,
            message=message,
            basis=self.basis,
            code=self.code,
        )


def said_of(value: Any) -> str | None:
    """A value as it would be written in a message, without white space around it; None when nothing stands there."""
    if value is None:
        return None
    return plain(value) if isinstance(value, Decimal) else str(value).strip()

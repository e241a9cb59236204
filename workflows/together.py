"""Functions that are called one after the other whatever the first one answers: one local activity does both.

A local activity costs the worker some milliseconds, whatever is done in it.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from events.values import Value
from functions.dossier import handler as dossier
from functions.function import Function, Request, Response
from functions.ledger import handler as ledger
from functions.matching import handler as matching
from functions.orders import handler as orders
from functions.policy import handler as policy
from functions.tax import handler as tax

AND = " + "
First = TypeVar("First", bound=BaseModel)
Second = TypeVar("Second", bound=BaseModel)
NextRequest = TypeVar("NextRequest", bound=BaseModel)
NextResponse = TypeVar("NextResponse", bound=BaseModel)


class Two(Value, Generic[First, Second]):
    """What both functions are asked, or what both have answered."""

    first: First
    second: Second


@dataclass(frozen=True)
class Together(Generic[Request, Response, NextRequest, NextResponse]):
    """Two functions, the second one called when the first one has answered; what fails is repeated from the first."""

    first: Function[Request, Response]
    second: Function[NextRequest, NextResponse]
    request_model: type[Two[Request, NextRequest]]
    response_model: type[Two[Response, NextResponse]]

    @property
    def name(self) -> str:
        """Names both to whoever reads the history."""
        return f"{self.first.name}{AND}{self.second.name}"


def _together(
    first: Function[Request, Response], second: Function[NextRequest, NextResponse]
) -> Together[Request, Response, NextRequest, NextResponse]:
    two: Any = Two  # of models that are known here only
    return Together(
        first,
        second,
        two[first.request_model, second.request_model],
        two[first.response_model, second.response_model],
    )


MATCH_AND_ASSESS = _together(matching.match, tax.assess)
ROW_AND_COMMIT = _together(policy.row, ledger.commit)
ARCHIVE_AND_RECORD = _together(dossier.archive, orders.record)
ALL_TOGETHER = (MATCH_AND_ASSESS, ROW_AND_COMMIT, ARCHIVE_AND_RECORD)

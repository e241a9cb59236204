"""Requests that the door cannot take, answered as problem details (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from events.problems import InvalidInputError, Problem

PROBLEM_TYPE = "application/problem+json"
_PROBLEMS_TOLD = 100


class Refusal(Enum):
    """The kinds of refusal: the last part of the type URI, the HTTP status, the title."""

    UNREADABLE = ("unreadable", 400, "The request cannot be read")
    UNAUTHENTICATED = ("unauthenticated", 401, "The request is not signed as it should be")
    FORBIDDEN = ("forbidden", 403, "This is not yours")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This method is not allowed here")
    TOO_SLOW = ("too-slow", 408, "The request came too slowly")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported-media-type", 415, "This content type is not taken here")
    INVALID = ("invalid", 422, "The request breaks the schema")
    TOO_MANY = ("too-many", 429, "Too many requests")
    INTERNAL = ("internal", 500, "Something is wrong on our side")
    UNAVAILABLE = ("unavailable", 503, "Try again in a moment")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.uri = f"/problems/{slug}"
        self.status = status
        self.title = title


_BY_RULE = {
    "json": Refusal.UNREADABLE,
    "xml": Refusal.UNREADABLE,
    "doctype": Refusal.UNREADABLE,
    "root": Refusal.UNREADABLE,
    "base64": Refusal.UNREADABLE,
    "batch": Refusal.UNREADABLE,
    "size": Refusal.TOO_LARGE,
    "media_type": Refusal.UNSUPPORTED_MEDIA_TYPE,
}


class ProblemDocument(BaseModel):
    """RFC 9457; `type` is a stable relative URI, `problems` names each wrong place (at most the first hundred)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    type: str = Field(json_schema_extra={"enum": [refusal.uri for refusal in Refusal]})
    title: str
    status: int
    detail: str
    problems: tuple[Problem, ...] = ()


class RefusedError(Exception):
    """The whole request is refused: nothing of it was taken."""

    def __init__(
        self,
        refusal: Refusal,
        detail: str,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail
        self.problems = problems
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, error: InvalidInputError) -> "RefusedError":
        """The refusal of an input; the first problem decides its kind."""
        count = len(error.problems)
        first = error.problems[0]
        more = f" (and {count - 1} more)" if count > 1 else ""
        refusal = _BY_RULE.get(first.rule, Refusal.INVALID)
        return cls(refusal, f"{first.path}: {first.message}{more}", error.problems)

    def response(self) -> Response[str]:
        """The answer over HTTP."""
        document = ProblemDocument(
            type=self.refusal.uri,
            title=self.refusal.title,
            status=self.refusal.status,
            detail=self.detail,
            problems=tuple(self.problems[:_PROBLEMS_TOLD]),
        )
        body = json.dumps(document.model_dump(mode="json"), ensure_ascii=False)
        return Response(self.refusal.status, PROBLEM_TYPE, body.encode(errors="replace").decode(), self.headers)

"""The CloudEvents 1.0 envelope and its three shapes over HTTP: structured, binary, batch."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from events.characters import unwritable, unwritable_problem
from events.problems import InvalidInputError, Problem, problems_of

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BATCH_LIMIT = 100
_EXTENSION = re.compile(r"[a-z0-9]+")
_QUOTED_PAIR = re.compile(r"\\(.)")


class CloudEvent(BaseModel):
    """One event. Extension attributes are kept under their names (lower-case letters and digits only)."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    specversion: str = Field(pattern=r"^1\.0$")
    id: str = Field(min_length=1, max_length=255)
    source: str = Field(min_length=1, max_length=255)
    type: str = Field(min_length=1, max_length=255)
    subject: str | None = Field(default=None, max_length=255)
    time: AwareDatetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    data: Any = None

    @model_validator(mode="after")
    def _extensions(self) -> "CloudEvent":
        for name in self.model_extra or {}:
            if not _EXTENSION.fullmatch(name):
                raise ValueError(f"extension attribute {name!r} must consist of lower-case letters and digits")
        return self


def exact_json(body: bytes | str) -> Any:
    """JSON with its numbers kept exact (Decimal). Raises InvalidInputError (rules `json`, `character`)."""
    try:
        content = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except ArithmeticError:
        message = "holds a number whose exponent is beyond measure: write it with digits"
        raise InvalidInputError([Problem(path="/", rule="json", message=message)]) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInputError([Problem(path="/", rule="json", message=f"is not JSON: {error}")]) from None
    return _of_characters(content)


def _of_characters(content: Any) -> Any:
    if bad := unwritable(content):
        raise InvalidInputError([unwritable_problem(path, text) for path, text in bad])
    return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def from_http(headers: Mapping[str, str], body: bytes) -> list[CloudEvent]:
    """The events in a request; header names in lower case.

    Raises InvalidInputError with the path of every mistake.
    """
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == BATCH:
        return _batch(exact_json(body))
    if content_type == STRUCTURED:
        return [_event(exact_json(body), "")]
    if "ce-specversion" in headers:
        given = {name[3:]: _attribute(value) for name, value in headers.items() if name.startswith("ce-")}
        attributes = _of_characters(given)
        return [_event({**attributes, "datacontenttype": content_type or None, "data": exact_json(body)}, "")]
    message = f"is {content_type or 'absent'}: send {STRUCTURED}, {BATCH}, or ce- headers with a JSON body"
    raise InvalidInputError([Problem(path="/headers/content-type", rule="media_type", message=message)])


def _attribute(value: str) -> str:
    """A header as the attribute that it carries: quoted or not, percent-encoded (CloudEvents HTTP binding 3.1.3.2)."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _QUOTED_PAIR.sub(r"\1", value[1:-1])
    return unquote(value)


def _batch(content: Any) -> list[CloudEvent]:
    if not isinstance(content, list) or not 1 <= len(content) <= BATCH_LIMIT:
        message = f"a batch is a JSON array of 1 to {BATCH_LIMIT} events"
        raise InvalidInputError([Problem(path="/", rule="batch", message=message)])
    return [_event(item, f"[{number}]") for number, item in enumerate(content, 1)]


def _event(content: Any, root: str) -> CloudEvent:
    try:
        return CloudEvent.model_validate(content)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, root)) from None

"""What is wrong with an input, said so that its sender can mend it."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from events.spelling import prose, why

_WORDS = {
    "missing": ("required", "is required: add it"),
    "extra_forbidden": ("unknown", "is not a field of this document: remove it or correct its name"),
    "string_too_long": ("max_length", "is too long: shorten it to {max_length} characters"),
    "string_too_short": ("min_length", "is too short: give at least {min_length} characters"),
    "too_long": ("max_items", "stands too often: at most {max_length} allowed, split the message"),
    "too_short": ("min_items", "stands too seldom: give at least {min_length}"),
    "string_type": ("string_type", "is not a text: give one in quotation marks, or leave the field out"),
    "list_type": ("list_type", "is not a list: put what stands here into brackets, or leave the field out"),
    "model_type": ("model_type", "is not an object: give one in braces, with the fields of this part"),
    "less_than": ("value", "is too great: it must be below {lt}"),
    "greater_than": ("value", "is too small: it must be above {gt}"),
}


PROBLEM_LIMIT = 1000  # nobody mends more at a time, and those of a hostile message could fill the memory


class Problem(BaseModel):
    """One mistake: where it is (`path`), which rule it breaks, the value that was given, what to do."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    path: str
    rule: str
    value: str | None = None
    message: str
    line: int | None = None


class InvalidInputError(ValueError):
    """Input that cannot be taken; carries every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))


def path_of(location: Iterable[str | int], root: str = "") -> str:
    """`("Order", 0, "OrderHead", "guid")` as `/Order[1]/OrderHead/guid`, counting from 1 as XPath does."""
    parts = [root] if root else []
    for part in location:
        if isinstance(part, int):
            parts[-1:] = [f"{parts[-1] if parts else ''}[{part + 1}]"]
        else:
            parts.append(str(part))
    return "/" + "/".join(parts)


def problems_of(error: ValidationError, root: str = "") -> tuple[Problem, ...]:
    """The problems in a pydantic error, in the words of this project; the first thousand of them."""
    return tuple(_problem(details, root) for details in error.errors(include_url=False)[:PROBLEM_LIMIT])


def _problem(details: Any, root: str) -> Problem:
    rule, words = _WORDS.get(details["type"], (details["type"], details["msg"]))
    context = details.get("ctx", {})
    if details["type"] == "value_error":
        rule, words = getattr(context.get("error"), "rule", "value"), str(context.get("error", words))
    else:
        words = words.format(**context) if rule != details["type"] else words
    if details["type"] == "extra_forbidden" and (right := prose(str(details["loc"][-1]))):
        words = f"is not a field of this document: {why(str(details['loc'][-1]), right)}"
    given = details["input"]
    value = None if isinstance(given, dict | list) or rule == "required" else str(given)[:200]
    return Problem(path=path_of(details["loc"], root), rule=rule, value=value, message=words)

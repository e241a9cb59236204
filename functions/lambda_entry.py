"""The Lambda of a capability: `SANDAN_CAPABILITY` says which; the event names the function and holds its request.

The event is `{"function": "ledger.reserve", "request": {…}}`, the answer the function's response. An event without
a function is answered with the names of those that are here: so a deployment is tried, and warmed.
"""

import os
from functools import cache
from importlib import import_module
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from events.problems import InvalidInputError, Problem
from functions.function import FUNCTIONS
from functions.lambda_handler import Handler, lambda_handler

_VARIABLE = "SANDAN_CAPABILITY"


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run the function that the event names. Raises InvalidInputError when this capability has none of that name."""
    if "function" not in event:
        return {"functions": _names()}
    return _handler(str(event["function"]))(event.get("request", {}), context)


@cache
def _handler(name: str) -> Handler:
    declared = FUNCTIONS.get(name)
    if declared is None or declared.implementation.__module__ != _module():
        message = f"is not a function of this capability, whose functions are {', '.join(_names())}"
        raise InvalidInputError([Problem(path="/function", rule="function", value=name[:100], message=message)])
    return lambda_handler(declared)


def _names() -> list[str]:
    return sorted(each.name for each in FUNCTIONS.values() if each.implementation.__module__ == _module())


def _module() -> str:
    return f"functions.{os.environ[_VARIABLE]}.handler"


import_module(_module())

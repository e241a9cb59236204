"""One declaration of a function, three uses: a Lambda handler, a Temporal activity, a direct call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)

FUNCTIONS: dict[str, "Function[Any, Any]"] = {}


@dataclass(frozen=True)
class Function(Generic[Request, Response]):
    """A typed callable with its name; calling it is the direct call."""

    name: str
    request_model: type[Request]
    response_model: type[Response]
    implementation: Callable[[Request], Response]

    def __call__(self, request: Request) -> Response:
        return self.implementation(request)


def function(name: str) -> Callable[[Callable[[Request], Response]], Function[Request, Response]]:
    """Declare a function under `name` ("capability.verb"); its models are read from its annotations."""

    def declare(implementation: Callable[[Request], Response]) -> Function[Request, Response]:
        hints = get_type_hints(implementation)
        response_model = hints.pop("return")
        (request_model,) = hints.values()
        if name in FUNCTIONS:
            raise ValueError(f"function {name} is declared twice")
        declared = Function(name, request_model, response_model, implementation)
        FUNCTIONS[name] = declared
        return declared

    return declare

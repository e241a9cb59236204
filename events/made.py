"""Values that our own rules make of what they know already: as quick as their parts, without being validated."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from events.values import Value

P = ParamSpec("P")
SomeValue = TypeVar("SomeValue", bound=Value)

_set = object.__setattr__  # models are frozen


def made(model: Callable[P, SomeValue]) -> Callable[P, SomeValue]:
    """A maker that does what `model(...)` does with values of the right types, in half the time.

    The types are checked where the call is written, by mypy, and nothing is checked when it runs: it is for results of
    our own rules, never for what came from outside. Models that change, check or make up their fields (validators,
    aliases, default factories) are refused with TypeError.
    """
    kind = cast(type[SomeValue], model)
    blank, new = _blank(kind), kind.__new__
    every = set(blank)  # shared: models are frozen and copies copy the set, so nobody changes it

    def make(*_: P.args, **fields: P.kwargs) -> SomeValue:
        value = new(kind)
        _set(value, "__dict__", blank | fields)
        _set(value, "__pydantic_fields_set__", every if len(fields) == len(blank) else set(fields))
        _set(value, "__pydantic_extra__", None)
        _set(value, "__pydantic_private__", None)
        return value

    return make


def _blank(kind: type[Value]) -> dict[str, Any]:
    """The fields in their order with their defaults; those that must be given stand there too, to keep the order."""
    checks = kind.__pydantic_decorators__
    if checks.validators or checks.field_validators or checks.model_validators or checks.root_validators:
        raise TypeError(f"{kind.__name__} has validators: make it by its constructor")
    for name, field in kind.model_fields.items():
        if field.alias is not None or field.default_factory is not None:
            raise TypeError(f"{kind.__name__}.{name} has an alias or a default factory: make it by its constructor")
    return {name: None if field.is_required() else field.default for name, field in kind.model_fields.items()}

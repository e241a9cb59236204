"""Something happens at one of the calls that a function makes to its table: a crash, or another function."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.aws import dynamodb

WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}


class CrashError(Exception):
    """The process dies here."""


class Calls:
    """The calls that were made."""

    def __init__(self) -> None:
        self.count = 0


@contextmanager
def at_call(
    number: int | None, action: Callable[[], object], *, after: bool = False, writes: bool = False
) -> Iterator[Calls]:
    """Act before (or after) the call of that number, counted from 0, once; None: only count. `writes`: only these."""
    client: Any = dynamodb()
    real = client._make_api_call
    calls = Calls()

    def call(operation: str, parameters: dict[str, Any]) -> Any:
        counts = operation in WRITES or not writes
        is_it = counts and calls.count == number
        calls.count += counts
        if is_it and not after:
            _act()
        answer = real(operation, parameters)
        if is_it and after:
            _act()
        return answer

    def _act() -> None:
        client._make_api_call = real  # the action itself is not interrupted
        try:
            action()
        finally:
            client._make_api_call = call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_make_api_call", call, raising=True)
        yield calls


def crash() -> None:
    """Die."""
    raise CrashError

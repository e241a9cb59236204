"""Who may use the codec server, as the secret `sandan/codec-users` says: JSON, user -> role and token."""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from events.values import Value

_TOKEN_BYTES = 32
_SHORTEST = 32  # characters


class Role(StrEnum):
    """What a user sees of the payloads."""

    MASKED = "masked"  # names, numbers and addresses masked as in the orders table
    WHOLE = "whole"


class User(Value):
    """A user's role and token."""

    role: Role
    token: Annotated[str, Field(repr=False, min_length=_SHORTEST)]

    @classmethod
    def new(cls, role: Role) -> "User":
        """With a random token."""
        return cls(role=role, token=secrets.token_urlsafe(_TOKEN_BYTES))


_USERS = TypeAdapter(dict[str, User])


class UsersError(Exception):
    """The users cannot be read; the message does not show them."""


def read_users(secret: str) -> dict[str, User]:
    """The users out of the secret's text. Raises UsersError."""
    try:
        return _USERS.validate_json(secret)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
        raise UsersError(f"the secret of the codec server's users is not right: {told}") from None


def demo_users() -> dict[str, Any]:
    """The users of a local stack: `operator` sees masked payloads, `auditor` whole ones."""
    made = {"operator": User.new(Role.MASKED), "auditor": User.new(Role.WHOLE)}
    return {name: user.model_dump(mode="json") for name, user in made.items()}


class Users:
    """The users as `read` tells them, asked again after `fresh_seconds`: who was taken out is out after that time."""

    def __init__(self, read: Callable[[], dict[str, User]], fresh_seconds: float) -> None:
        self._read = read
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._known: dict[str, User] = {}
        self._read_at = float("-inf")

    def find(self, token: str) -> tuple[str, Role] | None:
        """Whose token it is. Raises what `read` raises: who cannot be checked does not get in."""
        with self._lock:
            if time.monotonic() - self._read_at > self._fresh_seconds:
                self._known = self._read()
                self._read_at = time.monotonic()
        given = token.encode()
        matching = [(name, user.role) for name, user in self._known.items() if _same(user.token.encode(), given)]
        return matching[0] if matching else None


def _same(kept: bytes, given: bytes) -> bool:
    return hmac.compare_digest(kept, given)

"""What a message goes through: read, both layers of validation, written again."""

from events.ceb import build
from events.ceb.business import business_problems
from events.ceb.schema import examine


def through(data: bytes) -> bytes:
    """The message of `data`, written again; the schema layer reads it on its way."""
    found = examine(data)
    assert found.message is not None, found.problems
    business_problems(found.message)
    return build(found.message)

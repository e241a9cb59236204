"""What the door answers."""

from typing import Literal

from events.receipts import Answer
from events.values import Value


class Answers(Value):
    """One answer per document, in the order in which they were sent."""

    answers: list[Answer]


class Health(Value):
    """The door is open."""

    status: Literal["ok"] = "ok"

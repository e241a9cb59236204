"""Request and result of a look into the policy."""

from datetime import date

from events.values import Value
from functions.policy.pack import Valued


class RowRequest(Value):
    """Which topic, on which day."""

    topic: str
    on: date


class RowInEffect(Valued):
    """The row that is in effect: its id for the record of the decision, its value, and where it is written."""

    basis: str

"""What players work with, where they need only some of it."""

from typing import Any, cast

from functions.policy.rules import life_limits
from infra.demo.hands import Stagehands
from infra.demo.subscriber import Subscriber
from tests.functions.ledger.samples import TODAY


def stagehands(
    *, patience: float = 0.1, sandbox: object = None, temporal: object = None, subscriber: Subscriber | None = None
) -> Stagehands:
    """Hands that have what is told and nothing else; by default with little patience."""
    nothing = cast("Any", None)
    heard = subscriber or nothing
    return Stagehands(nothing, cast("Any", sandbox), cast("Any", temporal), heard, life_limits(TODAY), patience)

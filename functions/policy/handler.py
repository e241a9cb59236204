"""Look up one row of policy, so that a workflow can decide by it and record its id."""

from functions.function import function
from functions.policy.models import RowInEffect, RowRequest
from functions.policy.pack import default_pack


@function("policy.row")
def row(request: RowRequest) -> RowInEffect:
    """The row in effect. Raises PolicyError when there is none: a fault of the pack, not of the order."""
    found = default_pack().at(request.on).row(request.topic)
    return RowInEffect(id=found.id, value=found.value, basis=found.basis)

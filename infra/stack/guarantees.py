"""The guarantees of the demonstration's guarantors, so that their import orders can be declared."""

from decimal import Decimal

from functions.ledger import handler as ledger
from functions.ledger.account_models import GuaranteeRequest, OpenGuaranteeRequest
from infra.direct_calls import functions_on
from infra.generate.parties import GUARANTORS
from infra.stack.state import StackState


def open_guarantees(state: StackState, amount: Decimal) -> None:
    """Open what is not open yet; an amount that somebody has set stays."""
    with functions_on(state):
        for guarantor in GUARANTORS:
            if ledger.guarantee(GuaranteeRequest(guarantor=guarantor)).amount is None:
                ledger.open_guarantee(OpenGuaranteeRequest(guarantor=guarantor, amount=amount))

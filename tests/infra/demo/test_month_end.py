"""The end of the month in a demonstration."""

from typing import Any

import pytest

from events.tax_payment import TaxPaymentRunResult
from infra.demo.month_end import pay_tax
from tests.infra.demo.stage import stagehands

AS_OF = "2026-12-30T00:00:00+08:00"


class Bank:
    """Stands for the run of payments: ends each one as it is told."""

    def __init__(self, *outcomes: str) -> None:
        self.outcomes = list(outcomes)

    async def execute_workflow(self, *_: object, **__: object) -> TaxPaymentRunResult:
        """One run with one payment."""
        payment: dict[str, Any] = {"guarantor": "G", "number": 1, "payment_no": "P", "month": "2026-12", "as_of": AS_OF}
        one = {"guarantor": "G", "payments": [payment | {"outcome": self.outcomes.pop(0)}], "attention": {}}
        return TaxPaymentRunResult.model_validate({"as_of": AS_OF, "guarantors": [one], "under_way": [], "failed": []})


@pytest.mark.parametrize("outcomes", [["paid"], ["refused", "paid"], ["refused", "refused"]])
async def test_what_the_bank_refuses_is_asked_for_once_more(outcomes: list[str]) -> None:
    """As the schedule does on the next day, and no more often."""
    hands = stagehands(temporal=Bank(*outcomes, "never"))
    assert [payment.outcome for payment in await pay_tax(hands)] == outcomes

"""What our own matching says of made-up orders: exactly what their stories are about."""

from datetime import date
from typing import Any

import pytest

from events.ceb.frame import CebMessage
from functions.matching.handler import match
from functions.matching.models import MatchRequest, MatchResult
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Scenario

ON = date(2026, 2, 1)
WRONG_PAYMENT = (Scenario.PAYMENT_CORRECTED, Scenario.PAYMENT_MISMATCH)
INCOMPLETE = {Scenario.PAYMENT_MISSING: ["payment"], Scenario.LIST_SERVICE: ["list"]}


def result(order: GeneratedOrder, payment: str = "411", declaration_list: str = "621") -> MatchResult:
    def document(stem: str) -> Any:
        message = order.documents.get(stem)
        return message.elements[0] if isinstance(message, CebMessage) else None

    return match(
        MatchRequest(
            on=ON,
            order=document("311"),
            payment=document(payment),
            waybill=document("511"),
            declaration_list=document(declaration_list),
        )
    )


@pytest.mark.parametrize("scenario", [scenario for scenario in Scenario if scenario not in WRONG_PAYMENT])
def test_documents_without_a_fault_match(scenario: Scenario) -> None:
    for order in generate(10, seed=11, scenarios=[scenario]):
        found = result(order)
        assert found.findings == []
        assert found.missing == INCOMPLETE.get(scenario, [])


@pytest.mark.parametrize("scenario", WRONG_PAYMENT)
def test_a_wrong_payment_is_found_and_its_fix_is_the_amount_paid(scenario: Scenario) -> None:
    for order in generate(10, seed=11, scenarios=[scenario]):
        (finding,) = result(order).findings
        assert (finding.rule, finding.code) == ("M2", "1332")
        assert finding.fix
        assert (finding.fix.document, finding.fix.field) == ("payment", "amountPaid")
        assert finding.fix.value == str(order.facts.paid)


def test_the_corrected_documents_match() -> None:
    paid, rejected = generate(2, seed=11, scenarios=[Scenario.PAYMENT_CORRECTED, Scenario.CUSTOMS_REJECTION])
    assert result(paid, payment="411-corrected").matched
    assert result(rejected, declaration_list="621-corrected").matched

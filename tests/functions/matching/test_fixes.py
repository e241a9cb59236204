"""Corrections put one value into one field, or say why they cannot."""

from decimal import Decimal

import pytest

from events.ceb.base import CebModel
from events.findings import Fix
from events.problems import InvalidInputError
from functions.matching.fixes import apply_fix
from tests import builders
from tests.functions.matching.cases import line

PAYMENT = builders.payment()


def test_a_field_of_the_head() -> None:
    corrected = apply_fix(PAYMENT, Fix(document="payment", field="amountPaid", value="1.50"))
    assert corrected == builders.payment(amount_paid="1.50")
    assert PAYMENT.head.amount_paid == Decimal("561.89")


def test_a_field_of_a_line_is_found_by_its_number_not_its_place() -> None:
    listed = builders.declaration_list(items=builders.list_items()[::-1])
    corrected = apply_fix(listed, Fix(document="list", field="items[2].qty", value="7"))
    assert [(item.gnum, item.qty) for item in corrected.items] == [(2, Decimal(7)), (1, Decimal(2))]


def test_an_empty_value_clears_an_optional_field() -> None:
    corrected = apply_fix(
        builders.declaration_list("1210", traf_no="X"), Fix(document="list", field="trafNo", value="")
    )
    assert corrected == builders.declaration_list("1210")


@pytest.mark.parametrize(
    ("document", "fix", "rule", "path"),
    [
        (PAYMENT, Fix(document="order", field="orderNo", value="1"), "document", "/order/orderNo"),
        (PAYMENT, Fix(document="payment", field="amountPaid"), "value", "/payment/amountPaid"),
        (PAYMENT, Fix(document="payment", field="acturalPaid", value="1"), "unknown", "/payment/acturalPaid"),
        (PAYMENT, Fix(document="payment", field="amount_paid", value="1"), "unknown", "/payment/amount_paid"),
        (PAYMENT, Fix(document="payment", field="items[1].qty", value="1"), "unknown", "/payment/items[1].qty"),
        (PAYMENT, Fix(document="payment", field="amountPaid", value="1e3"), "value_error", "/payment/amountPaid"),
        (PAYMENT, Fix(document="payment", field="orderNo", value=""), "string_type", "/payment/orderNo"),
        (builders.order(), Fix(document="order", field="items[3].qty", value="1"), "unknown", "/order/items[3].qty"),
        (
            builders.order(),
            Fix(document="order", field="items[1].gcode", value="1"),
            "unknown",
            "/order/items[1].gcode",
        ),
        (
            line(builders.order(), 2, gnum=1),
            Fix(document="order", field="items[1].qty", value="1"),
            "unknown",
            "/order/items[1].qty",
        ),
    ],
)
def test_a_correction_that_cannot_be_applied_says_why(document: CebModel, fix: Fix, rule: str, path: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        apply_fix(document, fix)
    (problem,) = refused.value.problems
    assert (problem.path, problem.rule) == (path, "value" if rule == "value_error" else rule)
    assert problem.message

"""What customs compares, with the codes it was seen to reject with (rulebook 2.8)."""

from typing import Any

import pytest

from events.ceb.declaration_list import DeclarationList
from infra.sandbox.checks import rejection
from tests.builders import declaration_list, list_items, order, payment


def codes(**changed: Any) -> tuple[str, str] | None:
    given = {"order": order(), "payment": payment(), "declared": declaration_list()} | changed
    found = rejection(**given)
    return (found.code, found.text) if found else None


def with_first_line(**fields: Any) -> DeclarationList:
    first, *others = list_items()
    return declaration_list(items=[first.model_copy(update=fields), *others])


def test_documents_that_agree_are_not_rejected() -> None:
    assert codes() is None


def test_1332_names_both_amounts_as_observed() -> None:
    expected = ("1332", "OrderHead.acturalPaid:561.89,PaymentHead.amountPaid:3197.95")
    assert codes(payment=payment(amount_paid="3197.95")) == expected


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"payment": payment(pay_code="3207OTHER1")}, "13035"),
        ({"declared": declaration_list(buyer_name="测试乙")}, "13127"),
        ({"declared": declaration_list(buyer_telephone="00000000002")}, "130126"),
        ({"declared": declaration_list(items=list_items()[:1])}, "1320"),
        ({"declared": with_first_line(qty="3")}, "1322"),
        ({"declared": with_first_line(price="1")}, "1322"),
        ({"declared": with_first_line(gnum=7)}, "1322"),
        ({"declared": with_first_line(gcode="1901101098")}, "-621001"),
    ],
)
def test_each_difference_has_its_code(changed: dict[str, Any], code: str) -> None:
    found = codes(**changed)
    assert found
    assert found[0] == code


def test_the_reason_has_the_observed_form() -> None:
    found = rejection(order(), payment(), declaration_list(buyer_name="测试乙"))
    assert found
    assert found.info == "[Code:13127;Desc:清单订购人姓名与订单订购人姓名不一致]"

"""Problems say where, which rule, what was given and what to do; and an error's text never repeats a value."""

import pytest
from pydantic import ValidationError

from events.ceb.order import Order
from events.problems import InvalidInputError, path_of, problems_of
from tests import builders


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ((), "/"),
        (("OrderHead", "guid"), "/OrderHead/guid"),
        (("Order", 0, "OrderList", 11, "gnum"), "/Order[1]/OrderList[12]/gnum"),
        ((0, "id"), "/[1]/id"),
    ],
)
def test_a_path_counts_from_one_as_xpath_does(location: tuple[str | int, ...], path: str) -> None:
    assert path_of(location) == path


def test_every_mistake_has_rule_value_and_remedy_and_the_text_no_value() -> None:
    content = builders.order(note="n").model_dump(mode="json")
    content["OrderHead"] |= {"buyerName": "甲" * 61, "buyerIdNumber": "", "goodsValue": "5e2", "colour": "purple"}
    del content["OrderHead"]["ebpCode"]
    content["OrderList"] = []
    with pytest.raises(ValidationError) as wrong:
        Order.model_validate(content)
    problems = problems_of(wrong.value, "Order")
    assert {(problem.path, problem.rule, problem.value) for problem in problems} == {
        ("/Order/OrderHead/ebpCode", "required", None),
        ("/Order/OrderHead/buyerName", "max_length", "甲" * 61),
        ("/Order/OrderHead/buyerIdNumber", "min_length", ""),
        ("/Order/OrderHead/goodsValue", "value", "5e2"),
        ("/Order/OrderHead/colour", "unknown", "purple"),
        ("/Order/OrderList", "min_items", None),
    }
    assert all(problem.message for problem in problems)
    told = str(InvalidInputError(problems))
    assert "/Order/OrderHead/buyerName: is too long: shorten it to 60 characters" in told
    assert not any(problem.value and problem.value in told for problem in problems)


def test_a_very_long_value_is_cut() -> None:
    content = builders.order().model_dump(mode="json")
    content["OrderHead"]["note"] = "长" * 10_000
    with pytest.raises(ValidationError) as wrong:
        Order.model_validate(content)
    (problem,) = problems_of(wrong.value)
    assert problem.value == "长" * 200

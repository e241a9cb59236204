"""What is made without being validated is what the model's constructor makes."""

from decimal import Decimal
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from events.findings import Finding, Fix, Place
from events.made import made
from events.values import Text, Value
from functions.quota.models import YearlyQuantity
from functions.tax.models import ItemTax

TEXTS = st.text(max_size=9)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=5)
YEARLY = YearlyQuantity(goods="rice", unit="035", quantity=Decimal(1), limit=Decimal(20), basis="a test")


def all_of(value: Value) -> tuple[object, ...]:
    """Everything that anyone can see of a value."""
    return repr(value), value.model_fields_set, value.model_dump_json(), value.model_dump_json(exclude_unset=True)


@given(rule=TEXTS, code=st.none() | TEXTS, document=TEXTS, value=st.none() | TEXTS)
def test_a_finding_made_is_the_finding_constructed(
    rule: str, code: str | None, document: str, value: str | None
) -> None:
    message = Text(zh="不一致", en="they differ")
    place, fix = Place(document=document, field="f", value=value), Fix(document=document, field="f", value=value)
    assert all_of(made(Place)(document=document, field="f", value=value)) == all_of(place)
    constructed = Finding(rule=rule, code=code, left=place, message=message, fix=fix)
    found = made(Finding)(rule=rule, code=code, left=place, message=message, fix=fix)
    assert all_of(found) == all_of(constructed)
    assert found == constructed
    assert Finding.model_validate_json(found.model_dump_json()) == constructed


@given(amount=AMOUNTS, yearly=st.sampled_from([None, YEARLY]))
def test_fields_may_be_given_in_any_order_and_defaults_may_be_left_out(
    amount: Decimal, yearly: YearlyQuantity | None
) -> None:
    make = made(ItemTax)
    full = make(yearly=yearly, vat=amount, duty=amount, consumption_tax=amount, gnum=1, dutiable_value=amount)
    said = ItemTax(yearly=yearly, vat=amount, duty=amount, consumption_tax=amount, gnum=1, dutiable_value=amount)
    assert all_of(full) == all_of(said)
    short = make(vat=amount, duty=amount, consumption_tax=amount, gnum=1, dutiable_value=amount)
    assert all_of(short) == all_of(ItemTax.model_validate(short.model_dump(exclude_unset=True)))
    assert short.yearly is None


def test_a_copy_does_not_change_what_others_say_is_set() -> None:
    make = made(ItemTax)
    one, other = (
        make(
            gnum=gnum, dutiable_value=YEARLY.quantity, duty=YEARLY.limit, consumption_tax=YEARLY.limit, vat=YEARLY.limit
        )
        for gnum in (1, 2)
    )
    copied = one.model_copy(update={"yearly": YEARLY})
    assert copied.model_fields_set - one.model_fields_set == {"yearly"}
    assert one.model_fields_set == other.model_fields_set == set(ItemTax.model_fields) - {"yearly"}


class Aliased(Value):
    """A value with another name outside."""

    number: Annotated[int, Field(alias="no")]


class Listing(Value):
    """A value whose default is made anew for each."""

    numbers: list[int] = Field(default_factory=list)


@pytest.mark.parametrize("model", [Aliased, Listing])
def test_models_that_the_constructor_does_more_for_are_refused(model: type[Value]) -> None:
    with pytest.raises(TypeError, match=model.__name__):
        made(model)

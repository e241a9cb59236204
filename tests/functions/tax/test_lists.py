"""The quick way of ordinary lists says what the thorough rules say, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb.declaration_list import DeclarationList
from functions.policy.pack import PolicyError, Row, default_pack
from functions.tax.lists import assess_list, assess_ordinary, assess_thoroughly
from functions.tax.models import AssessListRequest
from functions.tax.tariff_csv import default_tariff
from tests.functions.tax.cases import BEER, COSMETICS, MILK, RICE, TODAY, WHISKY, WINE, a_list, line

POLICY, TARIFF = default_pack().at(TODAY), default_tariff().at(TODAY)
CODES = st.sampled_from([MILK, MILK, WINE, COSMETICS, COSMETICS, RICE, WHISKY, BEER, "4901990000", "9999999999"])
PRICES = st.decimals(min_value=0, max_value=1600, places=5) | st.sampled_from([Decimal(100), Decimal(150)])
QUANTITIES = st.sampled_from(["0.01", "0.05", "1", "10", "0"])
CHARGES = st.sampled_from(["0", "0.00", "12.00", "7.305", "0.00001"])


@st.composite
def requests(draw: st.DrawFn) -> AssessListRequest:
    """Lists of one to five lines of all kinds, some over the limit, with a declared tax that may be the right one."""
    lines = [
        line(
            place,
            str(draw(PRICES)),
            gcode=draw(CODES),
            qty=draw(st.sampled_from(["1", "2"])),
            qty1=draw(QUANTITIES),
            unit1=draw(st.sampled_from(["035", "036", "095", "096", "007", "020"])),
        )
        for place in range(1, draw(st.integers(1, 5)) + 1)
    ]
    declared = a_list(
        *lines, mode=draw(st.sampled_from(["1210", "9610"])), freight=draw(CHARGES), insured_fee=draw(CHARGES)
    )
    asked = AssessListRequest(on=TODAY, declaration_list=declared)
    due = assess_thoroughly(asked, POLICY, TARIFF).total
    tax = draw(st.sampled_from([None, due, due + Decimal("0.01"), due + 5]))
    return asked.model_copy(update={"declared_tax": tax})


@settings(max_examples=500, deadline=None)
@given(request=requests())
def test_an_ordinary_list_is_assessed_as_by_the_thorough_rules(request: AssessListRequest) -> None:
    thorough = assess_thoroughly(request, POLICY, TARIFF)
    quick = assess_ordinary(request, POLICY, TARIFF)
    if quick is not None:
        assert repr(quick) == repr(thorough)
        assert quick.model_dump_json(exclude_unset=True) == thorough.model_dump_json(exclude_unset=True)
    assert repr(assess_list(request, POLICY, TARIFF)) == repr(thorough)


def asked(declared: DeclarationList) -> AssessListRequest:
    return AssessListRequest(on=TODAY, declaration_list=declared)


def test_what_is_ordinary_and_what_is_not() -> None:
    cream = line(2, "100", gcode=COSMETICS, qty1="10", unit1="036")
    ordinary = asked(a_list(line(1, "200"), cream, line(3, "1000", gcode=WINE, qty1="0.75", unit1="095")))
    assert assess_ordinary(ordinary, POLICY, TARIFF) is not None
    for unusual in (
        a_list(line(1, "6000", qty="2")),  # over the limit
        a_list(line(1, "100", gcode=BEER, qty1="10")),  # specific tax
        a_list(line(1, "50", gcode=RICE, qty1="5")),  # a yearly quantity
        a_list(line(1, "50", gcode="9999999999")),  # no row
        a_list(line(1, "100", gcode=COSMETICS, qty1="0")),  # no quantity for the threshold
    ):
        assert assess_ordinary(asked(unusual), POLICY, TARIFF) is None


def test_a_policy_without_a_row_is_told_by_the_thorough_rules() -> None:
    later = {
        "id": "later",
        "topic": "tax.cbec_share",
        "value": "0.7",
        "effective_from": "2030-01-01",
        "basis": "a test",
    }
    policy = default_pack().replaced_by([Row.model_validate(later)]).at(TODAY)
    request = asked(a_list(line(1, "200")))
    assert assess_ordinary(request, policy, TARIFF) is None
    with pytest.raises(PolicyError, match=r"tax\.cbec_share"):
        assess_list(request, policy, TARIFF)

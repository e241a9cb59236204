"""Identity numbers (GB 11643): form, date of birth, check digit. All of them belong to nobody: region 000000."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.identity import is_identity_number
from tests import builders


@pytest.mark.parametrize("number", [builders.BUYER_ID, builders.OTHER_BUYER_ID, "00000020000229007X"])
def test_a_possible_number(number: str) -> None:
    assert is_identity_number(number)


@pytest.mark.parametrize(
    "number",
    [
        builders.INVALID_ID,
        "00000020000229007x",
        "000000199013071011",
        "000000199902290013",
        "00000019900307101",
        "0000001990030710171",
        " 000000199003071017",
        "０00000199003071017",
        "000000199003071017\n",
        "",
    ],
)
def test_an_impossible_number(number: str) -> None:
    assert not is_identity_number(number)


def test_the_impossible_birthdays_fail_by_the_date_alone() -> None:
    """Month 13 and a 29 February of a common year: with the check digit that would be right."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for first in ("00000019901307101", "00000019990229001"):
        digit = "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]
        assert not is_identity_number(first + digit)


@given(place=st.integers(0, 17), digit=st.integers(0, 9))
def test_one_wrong_digit_is_always_seen(place: int, digit: int) -> None:
    """The check of ISO 7064 MOD 11-2 finds every single wrong digit."""
    number = builders.BUYER_ID
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert is_identity_number(wrong) == (wrong == number)


@given(place=st.integers(0, 15))
def test_two_digits_exchanged_are_always_seen(place: int) -> None:
    number = builders.BUYER_ID
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_identity_number(swapped) == (swapped == number)

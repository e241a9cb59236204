"""Buyers who are nobody, with identity numbers that pass M9."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from infra.generate.people import identity_number, person


def _mod_11_2(number: str) -> int:
    """GB 11643 by its own definition: the sum of a_i x 2^(i-1), counted from the right, is 1 modulo 11."""
    digits = [10 if digit == "X" else int(digit) for digit in reversed(number)]
    return sum(digit * pow(2, place, 11) for place, digit in enumerate(digits)) % 11


@given(st.integers(0, 10**9), st.integers(0, 10**7))
def test_identity_numbers_have_the_right_check_digit_in_a_region_that_exists_nowhere(seed: int, index: int) -> None:
    somebody = person(seed, index)
    assert len(somebody.id_number) == 18
    assert somebody.id_number.startswith("000000")
    assert _mod_11_2(somebody.id_number) == 1
    assert len(somebody.telephone) == 11
    assert somebody.telephone.startswith("100")
    assert somebody.name.startswith("测试")


def test_a_known_identity_number() -> None:
    assert identity_number(date(1990, 3, 7), 101) == "000000199003071017"


def test_every_order_of_a_seed_has_another_buyer() -> None:
    people = {person(7, index).id_number for index in range(50_000)}
    assert len(people) == 50_000

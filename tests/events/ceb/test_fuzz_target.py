"""What the fuzzer asks (`make fuzz`) holds of all that it starts from; its dictionary is one that libFuzzer reads."""

import re

import pytest

from tests.fuzz.seeds import SHARED, dictionary, seeds
from tests.fuzz.target import check

SEEDS = list(seeds())


@pytest.mark.parametrize("number", range(0, len(SEEDS), 7))
def test_the_seeds_hold_what_is_asked(number: int) -> None:
    for seed in SEEDS[number : number + 7]:
        check(seed)


def test_there_are_seeds_without_the_official_samples() -> None:
    assert len(list(seeds(SHARED / "nothing"))) > 120


def test_a_relative_namespace_on_the_root_breaks_nothing() -> None:
    """Found by it: such a message has no canonical form."""
    check(next(iter(seeds(SHARED / "nothing"))).replace(b' version="1.0"', b' xmlns:r="relative" version="1.0"'))


def test_the_dictionary_has_words_in_quotes_only() -> None:
    assert all(re.fullmatch(r'"(?:[^"\\]|\\x[0-9a-f]{2})+"', line) for line in dictionary().splitlines())

"""Buyers who are nobody: a region that exists nowhere, a telephone prefix that nobody has, a name that says test."""

from datetime import date, timedelta

from events.values import Value

_NOWHERE = "000000"
_FIRST_BIRTH = date(1960, 1, 1)
_BIRTH_DAYS = 14_610  # 40 years
_SEQUENCES = 999
_PEOPLE = _BIRTH_DAYS * _SEQUENCES
_STRIDE = 7919  # a prime that does not divide _PEOPLE, so every index of a seed is another person
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_DIGITS = "一二三四五六七八九十"


class Person(Value):
    """A buyer or consignee."""

    name: str
    id_number: str
    telephone: str
    account: str


def person(seed: int, index: int) -> Person:
    """Another person for every index of a seed, always the same one."""
    number = (seed * 1_000_003 + index * _STRIDE) % _PEOPLE
    born = _FIRST_BIRTH + timedelta(days=number % _BIRTH_DAYS)
    stem, digit = divmod(number, len(_DIGITS))
    return Person(
        name=f"测试{_STEMS[stem % len(_STEMS)]}{_DIGITS[digit]}",
        id_number=identity_number(born, 1 + number // _BIRTH_DAYS),
        telephone=f"100{number:08d}",
        account=f"user-{number:08d}",
    )


def identity_number(born: date, sequence: int) -> str:
    """An identity number of region 000000 with the right check digit (GB 11643); `sequence` is 1 to 999."""
    stem = f"{_NOWHERE}{born:%Y%m%d}{sequence:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, stem, strict=True))
    return stem + _CHECK[total % len(_CHECK)]

"""Identity numbers of GB 11643, which customs' documents carry for buyers and payers."""

import re
from datetime import date
from operator import mul

IDENTITY_CARD = "1"  # buyerIdType and payerIdType of an identity card

_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OF_CODES = ord("0") * sum(_WEIGHTS)  # the characters' codes are weighed, each of which is its digit and that of 0
_CHECK_DIGITS = "10X98765432"


def is_identity_number(number: str) -> bool:
    """Whether a number can be one of GB 11643: form, date of birth, check digit; the region is not looked up."""
    if not _NUMBER.fullmatch(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weighed = sum(map(mul, _WEIGHTS, number.encode())) - _OF_CODES
    return number[17] == _CHECK_DIGITS[weighed % 11]

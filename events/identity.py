"""Identity numbers of GB 11643, which customs' documents carry for buyers and payers."""

import re
from datetime import date

IDENTITY_CARD = "1"  # buyerIdType and payerIdType of an identity card

_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_CHECK_DIGITS = "10X98765432"
_BASE = 13
"""ISO 7064 MOD 11-2 reads the digits to the base 2, modulo 11; 13 is 2 modulo 11, and takes digits up to 9."""


def is_identity_number(number: str) -> bool:
    """Whether a number can be one of GB 11643: form, date of birth, check digit; the region is not looked up."""
    if not _NUMBER.fullmatch(number):
        return False
    try:
        date.fromisoformat(number[6:14])
    except ValueError:
        return False
    return number[17] == _CHECK_DIGITS[2 * int(number[:17], _BASE) % 11]

"""Values that remember how a message wrote them, so that it is written again exactly as it came."""

from decimal import Decimal
from typing import Any, Self


class WrittenDecimal(Decimal):
    """A number equal to its plain `Decimal`; `text` is its own writing, such as `+5`, ` 05.00 ` or `5.`."""

    text: str

    def __new__(cls, number: Decimal, text: str) -> Self:
        value = super().__new__(cls, number)
        value.text = text
        return value

    def __reduce__(self) -> Any:
        return type(self), (Decimal(self), self.text)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any], /) -> Self:
        return self


class WrittenInt(int):
    """A number equal to its plain `int`; `text` is its own writing, such as `+5` or `05`."""

    text: str

    def __new__(cls, number: int, text: str) -> Self:
        value = super().__new__(cls, number)
        value.text = text
        return value

    def __reduce__(self) -> tuple[type[Self], tuple[int, str]]:
        return type(self), (int(self), self.text)


class WrittenText(str):
    """A text equal to its value by the schema; `text` is its own writing: with white space around it, or empty."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, value: str, text: str) -> Self:
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.text)


Written = WrittenDecimal | WrittenInt | WrittenText

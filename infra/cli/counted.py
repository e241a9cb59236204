"""How a number of things is written."""


def counted(number: int, thing: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

"""Record the histories of all kinds, or of those that are named: `python -m infra.replay FOLDER [KIND …]`."""

import sys
from collections.abc import Callable
from pathlib import Path

from infra.replay.orders import record_orders
from infra.replay.questions import record_questions
from infra.replay.tax_payments import record_tax_payments

KINDS: dict[str, Callable[[Path], int]] = {
    "orders": record_orders,
    "payment-data": record_questions,
    "tax-payments": record_tax_payments,
}


def main() -> None:
    """Each kind into a folder of its name."""
    if len(sys.argv) == 1 or set(sys.argv[2:]) - KINDS.keys():
        sys.exit(f"python -m infra.replay FOLDER [{'|'.join(KINDS)} ...]")
    for kind in sys.argv[2:] or KINDS:
        folder = Path(sys.argv[1]) / kind
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{kind}: {KINDS[kind](folder)} lives in {folder}")  # noqa: T201 - the word of a command


if __name__ == "__main__":
    main()

"""Record the histories of all kinds, or of those that are named: `python -m infra.replay FOLDER [KIND …]`.

With `--missing` only lives that the folder does not have are added to it, and those that it has stay as they are.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.replay.files import keep
from infra.replay.orders import record_orders
from infra.replay.questions import record_questions
from infra.replay.tax_payments import record_tax_payments

KINDS: dict[str, Callable[[Path], None]] = {
    "orders": record_orders,
    "payment-data": record_questions,
    "tax-payments": record_tax_payments,
}


def main() -> None:
    """Each kind into a folder of its name, once all of its lives have been recorded."""
    parser = ArgumentParser("python -m infra.replay", description="Live workflows of every kind, keep their histories.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("kinds", nargs="*", choices=KINDS, metavar="kind", help=f"{', '.join(KINDS)}; all by default")
    parser.add_argument("--missing", action="store_true", help="leave the lives that are there as they are")
    asked = parser.parse_args()
    for kind in asked.kinds or KINDS:
        with TemporaryDirectory() as fresh:
            KINDS[kind](Path(fresh))
            kept = keep(Path(fresh), asked.folder / kind, only_missing=asked.missing)
        print(f"{kind}: {', '.join(kept) or 'nothing new'} in {asked.folder / kind}")  # noqa: T201 - the word of a command


if __name__ == "__main__":
    main()

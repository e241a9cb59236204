"""How far a document stands at customs: its receipts may repeat, come late and out of order (rulebook 2.6).

Each kind of receipt has its ladder of statuses (`events/ceb/receipt_families.py`). A later receipt moves a document
up, or sideways on the same rung; an older one, or one of a lower rung, never moves it back.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from events.ceb.receipt_codes import ReceiptClass, classify
from events.ceb.receipt_families import family_of
from events.ceb.receipt_status import ReceiptStatus, StatusClass, known_status


class Receipt(Protocol):
    """What every receipt says; `return_time` is `YYYYMMDDhhmmssSSS`."""

    @property
    def return_status(self) -> str:
        """returnStatus."""

    @property
    def return_time(self) -> str:
        """returnTime."""

    @property
    def return_info(self) -> str:
        """returnInfo."""

    def model_dump_json(self) -> str:
        """All that it says, as text."""


AnyReceipt = TypeVar("AnyReceipt", bound=Receipt)


def step(message: str, receipt: Receipt) -> ReceiptStatus | None:
    """The status that a receipt puts its document in; None where it puts it in none.

    No step are statuses that are not among the receipt's own, and exceptions that only say that the document is
    there already. Of other exceptions, those to be answered by sending again stand where a failure to send stands,
    the rest where a rejection does. Raises InvalidInputError for a message that is no receipt.
    """
    family, code = family_of(message), receipt.return_status.strip()
    if not code.startswith("-"):
        return family.statuses.get(code)
    found = classify(message, code, receipt.return_info)
    if found.receipt_class is ReceiptClass.DUPLICATE:
        return None
    if found.receipt_class is ReceiptClass.RETRY:
        failed = known_status(code, family.unsent_rank, StatusClass.SEND_FAILED)
    else:
        failed = known_status(code, family.rejected_rank, StatusClass.REJECTED)
    return replace(failed, meaning=found.explanation)


def furthest(
    receipts: Iterable[AnyReceipt], status_of: Callable[[AnyReceipt], ReceiptStatus | None]
) -> AnyReceipt | None:
    """The receipt that counts: the furthest one; of equally far ones the latest by returnTime.

    `status_of` tells where a receipt puts its document, as `partial(step, message)` does for any of them, and None
    for a receipt that is no step. The result depends neither on the order of arrival nor on repeats; None when no
    receipt is a step.
    """
    steps = [(status.rank, receipt) for receipt in receipts if (status := status_of(receipt))]
    far = max(steps, key=lambda pair: (pair[0], *_written(pair[1])), default=None)
    return far[1] if far else None


def _written(receipt: Receipt) -> tuple[str, str]:
    """By time; receipts of one moment have some order too, so that arrival never decides."""
    return receipt.return_time, receipt.model_dump_json()

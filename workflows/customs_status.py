"""Where a declared list stands at customs: receipts may repeat, come late and out of order."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from events.ceb.declaration_list import DeclarationReturn
from events.ceb.receipt_status import ReceiptStatus, StatusClass, list_status
from events.ceb.stage_machine import furthest
from events.documents import DocumentKind


class ListVersion(BaseModel):
    """One declared version of a list, and every receipt that customs gave for it.

    `sends` are the documents that go with it. `app_type`, and each value of `sends`, is what the message is to customs:
    1 where customs has never heard of it, 2 where it changes something; what it was at our door does not matter.
    """

    number: int
    guid: str
    sends: dict[DocumentKind, str]
    app_type: str
    receipts: list[DeclarationReturn] = Field(default_factory=list)
    ignored: list[DeclarationReturn] = Field(default_factory=list)
    resends: int = 0
    flagged: int = 0

    def add(self, receipt: DeclarationReturn) -> bool:
        """Keep a receipt; False when it is one that is here already."""
        if receipt in self.receipts:
            return False
        self.receipts.append(receipt)
        return True

    @property
    def effective(self) -> DeclarationReturn | None:
        """The receipt that counts: the furthest one; of equals the latest by returnTime.

        An older receipt never undoes a further one, whichever arrived first (rulebook 2.6), and after a release
        or a return shipment no rejection counts. The result does not depend on the order of arrival.
        """
        return furthest(self.receipts, self._step)

    @property
    def status(self) -> ReceiptStatus | None:
        """The status of the effective receipt."""
        return _status(self.effective) if self.effective else None

    @property
    def unknown(self) -> list[DeclarationReturn]:
        """Receipts whose status the standard does not list: kept, flagged, without effect."""
        return [receipt for receipt in self.receipts if _status(receipt).status_class is StatusClass.UNKNOWN]

    @property
    def invt_no(self) -> str | None:
        """The number that customs gave the list."""
        return _latest(self.receipts, "invt_no")

    @property
    def pre_no(self) -> str | None:
        """The number that the electronic port gave the list."""
        return _latest(self.receipts, "pre_no")

    @property
    def is_answered(self) -> bool:
        """Whether customs itself has said anything: in its system, or rejected, or further."""
        status = self.status
        return status is not None and status.status_class not in {StatusClass.UNDER_WAY, StatusClass.SEND_FAILED}

    def _step(self, receipt: DeclarationReturn) -> ReceiptStatus | None:
        """An exception is a rejection until its explanation, which the history keeps, says that it is none."""
        status = _status(receipt)
        return None if receipt in self.ignored or status.status_class is StatusClass.UNKNOWN else status


def version_of(receipt: DeclarationReturn, versions: list[ListVersion]) -> ListVersion | None:
    """The version that a receipt answers: by the list's guid where customs repeats it, else the latest one."""
    candidates = [version for version in versions if version.guid == receipt.guid] or versions
    return candidates[-1] if candidates else None


def _status(receipt: DeclarationReturn) -> ReceiptStatus:
    return list_status(receipt.return_status)


def _latest(receipts: Iterable[DeclarationReturn], name: str) -> str | None:
    """The number that the latest receipt with one gives, whenever it arrived."""
    numbered = [receipt for receipt in receipts if getattr(receipt, name)]
    latest = max(numbered, key=lambda receipt: (receipt.return_time, receipt.model_dump_json()), default=None)
    return getattr(latest, name) if latest else None

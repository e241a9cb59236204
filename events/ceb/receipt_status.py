"""The statuses of receipts (returnStatus): what they mean and how far each one stands (规范 202205; rulebook 2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from events.values import Text


class StatusClass(StrEnum):
    """What a status does to the document that was sent."""

    UNDER_WAY = "under-way"
    SEND_FAILED = "send-failed"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    REVIEW = "review"
    INSPECTION = "inspection"
    SUSPENDED = "suspended"
    DETAINED = "detained"
    HANDED_OVER = "handed-over"
    SHIPPED_BACK = "shipped-back"
    RELEASED = "released"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReceiptStatus:
    """One status; of two receipts of a document the one with the higher rank stands further and is never undone."""

    code: str
    status_class: StatusClass
    rank: int
    meaning: Text


_KNOWN: dict[str, tuple[StatusClass, str, str]] = {
    "1": (StatusClass.UNDER_WAY, "电子口岸已暂存", "saved at the electronic port"),
    "2": (StatusClass.UNDER_WAY, "电子口岸申报中", "being declared at the electronic port"),
    "3": (StatusClass.UNDER_WAY, "发送海关成功", "sent to customs"),
    "4": (StatusClass.SEND_FAILED, "发送海关失败", "could not be sent to customs"),
    "100": (StatusClass.REJECTED, "海关退单", "rejected by customs"),
    "120": (StatusClass.ACCEPTED, "海关入库", "taken into the customs system"),
    "300": (StatusClass.REVIEW, "人工审核", "manual review"),
    "399": (StatusClass.REVIEW, "海关审结", "reviewed by customs"),
    "500": (StatusClass.INSPECTION, "查验", "inspection"),
    "501": (StatusClass.DETAINED, "扣留移送通关", "detained, handed to clearance"),
    "502": (StatusClass.DETAINED, "扣留移送缉私", "detained, handed to anti-smuggling"),
    "503": (StatusClass.DETAINED, "扣留移送法规", "detained, handed to legal affairs"),
    "505": (StatusClass.HANDED_OVER, "移交", "handed over"),
    "599": (StatusClass.DETAINED, "其它扣留", "detained for another reason"),
    "600": (StatusClass.SUSPENDED, "挂起", "suspended"),
    "700": (StatusClass.SHIPPED_BACK, "退运", "shipped back"),
    "800": (StatusClass.RELEASED, "放行", "released"),
    "899": (StatusClass.CLOSED, "结关", "closed by customs"),
}
CANCELLED = "399"
REJECTED = "100"
SEND_FAILED = "4"


def ladder(*rungs: str, instead: Mapping[str, StatusClass] | None = None) -> dict[str, ReceiptStatus]:
    """The statuses of a receipt by code, the rungs from the first to the furthest; one rung may hold several codes.

    `instead` gives the class of a status that means something else there than on a list.
    """
    return {
        code: known_status(code, rank, (instead or {}).get(code))
        for rank, rung in enumerate(rungs, start=1)
        for code in rung.split()
    }


def known_status(code: str, rank: int = 0, status_class: StatusClass | None = None) -> ReceiptStatus:
    """A status of the standard, of whichever receipt; one that it does not list is of class UNKNOWN."""
    if code not in _KNOWN:
        return replace(_unknown(code), rank=rank, status_class=status_class or StatusClass.UNKNOWN)
    usual, zh, en = _KNOWN[code]
    return ReceiptStatus(code=code, status_class=status_class or usual, rank=rank, meaning=Text(zh=zh, en=en))


def _unknown(code: str) -> ReceiptStatus:
    meaning = Text(zh=f"未知状态{code}", en=f"unknown status {code}")
    return ReceiptStatus(code=code, status_class=StatusClass.UNKNOWN, rank=0, meaning=meaning)


LIST_STATUSES = ladder("1", "2", "4", "3", "120", "300", "399", "500", "501 502 503 599", "100", "700 800", "899")


def list_status(code: str) -> ReceiptStatus:
    """The status of a list receipt. A negative code is a rejection with that code; others may be unknown."""
    known = LIST_STATUSES.get(code)
    if known:
        return known
    if code.startswith("-"):
        rejected = LIST_STATUSES[REJECTED]
        return replace(rejected, code=code)
    return _unknown(code)

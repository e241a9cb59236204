"""The statuses of receipts (returnStatus): what they mean and how far each one stands (规范 202205; rulebook 2.6)."""

from enum import StrEnum

from events.values import Text, Value


class StatusClass(StrEnum):
    """What a status does to a list."""

    UNDER_WAY = "under-way"
    SEND_FAILED = "send-failed"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    REVIEW = "review"
    INSPECTION = "inspection"
    DETAINED = "detained"
    SHIPPED_BACK = "shipped-back"
    RELEASED = "released"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class ReceiptStatus(Value):
    """One status; of two receipts of a list the one with the higher rank stands further and is never undone."""

    code: str
    status_class: StatusClass
    rank: int
    meaning: Text


def _status(code: str, status_class: StatusClass, rank: int, zh: str, en: str) -> ReceiptStatus:
    return ReceiptStatus(code=code, status_class=status_class, rank=rank, meaning=Text(zh=zh, en=en))


LIST_STATUSES: dict[str, ReceiptStatus] = {
    status.code: status
    for status in (
        _status("1", StatusClass.UNDER_WAY, 1, "电子口岸已暂存", "saved at the electronic port"),
        _status("2", StatusClass.UNDER_WAY, 2, "电子口岸申报中", "being declared at the electronic port"),
        _status("4", StatusClass.SEND_FAILED, 3, "发送海关失败", "could not be sent to customs"),
        _status("3", StatusClass.UNDER_WAY, 4, "发送海关成功", "sent to customs"),
        _status("120", StatusClass.ACCEPTED, 5, "海关入库", "taken into the customs system"),
        _status("300", StatusClass.REVIEW, 6, "人工审核", "manual review"),
        _status("399", StatusClass.REVIEW, 7, "海关审结", "reviewed by customs"),
        _status("500", StatusClass.INSPECTION, 8, "查验", "inspection"),
        _status("501", StatusClass.DETAINED, 9, "扣留移送通关", "detained, handed to clearance"),
        _status("502", StatusClass.DETAINED, 9, "扣留移送缉私", "detained, handed to anti-smuggling"),
        _status("503", StatusClass.DETAINED, 9, "扣留移送法规", "detained, handed to legal affairs"),
        _status("599", StatusClass.DETAINED, 9, "其它扣留", "detained for another reason"),
        _status("100", StatusClass.REJECTED, 10, "海关退单", "rejected by customs"),
        _status("700", StatusClass.SHIPPED_BACK, 11, "退运", "shipped back"),
        _status("800", StatusClass.RELEASED, 11, "放行", "released"),
        _status("899", StatusClass.CLOSED, 12, "结关", "closed by customs"),
    )
}
CANCELLED = "399"


def list_status(code: str) -> ReceiptStatus:
    """The status of a list receipt. A negative code is a rejection with that code; others may be unknown."""
    known = LIST_STATUSES.get(code)
    if known:
        return known
    if code.startswith("-"):
        rejected = LIST_STATUSES["100"]
        return rejected.model_copy(update={"code": code})
    return _status(code, StatusClass.UNKNOWN, 0, f"未知状态{code}", f"unknown status {code}")

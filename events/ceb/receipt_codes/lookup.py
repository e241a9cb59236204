"""Reading a receipt: its class, the stage that it leads to, and what has to be corrected."""

from dataclasses import dataclass
from typing import Self

from events.ceb.receipt_codes import table
from events.ceb.receipt_codes.model import Classified, FixAt, ReceiptClass, ReceiptCode
from events.ceb.receipt_families import ReceiptFamily, family_of, is_exchange
from events.ceb.receipt_status import CANCELLED, ReceiptStatus, StatusClass, known_status
from events.life import Stage
from events.problems import InvalidInputError, Problem
from events.values import Text

_LIST_RECEIPT, _CANCELLATION_RECEIPT = "CEB622", "CEB624"
_OF_STATUS = {
    StatusClass.SEND_FAILED: ReceiptClass.RETRY,
    StatusClass.REJECTED: ReceiptClass.HUMAN,  # until its returnInfo gives a reason that is known
    StatusClass.SUSPENDED: ReceiptClass.HUMAN,
    StatusClass.DETAINED: ReceiptClass.HUMAN,
    StatusClass.HANDED_OVER: ReceiptClass.HUMAN,
    StatusClass.SHIPPED_BACK: ReceiptClass.FINAL,
}
_GOES_TO = {
    StatusClass.UNDER_WAY: Stage.DECLARED,
    StatusClass.SEND_FAILED: Stage.DECLARED,
    StatusClass.ACCEPTED: Stage.DECLARED,
    StatusClass.REVIEW: Stage.REVIEWING,
    StatusClass.INSPECTION: Stage.INSPECTING,
    StatusClass.DETAINED: Stage.DETAINED,
    StatusClass.SHIPPED_BACK: Stage.SHIPPED_BACK,
    StatusClass.RELEASED: Stage.RELEASED,
    StatusClass.CLOSED: Stage.RELEASED,
}
_GRAVEST_LAST = (
    ReceiptClass.PROGRESS,
    ReceiptClass.DUPLICATE,
    ReceiptClass.RETRY,
    ReceiptClass.FIX,
    ReceiptClass.HUMAN,
    ReceiptClass.FINAL,
)
_STILL_DECLARED = {ReceiptClass.RETRY, ReceiptClass.DUPLICATE}
_OPEN = {ReceiptClass.HUMAN, ReceiptClass.FIX}


@dataclass(frozen=True)
class _Ruling:
    """What one code means; `detail` where it is a code inside returnInfo."""

    receipt_class: ReceiptClass
    explanation: Text
    fix: FixAt | None = None
    is_mismatch: bool = False
    detail: str | None = None

    @classmethod
    def of(cls, row: ReceiptCode, detail: str | None = None) -> Self:
        return cls(row.receipt_class, row.text, row.fix, row.is_mismatch, detail)


def classify(message: str, status: str, info: str) -> Classified:
    """What a receipt means: `message` is `CEB622`, `CEB622Message` or `DXP`, `status` and `info` are its
    returnStatus and returnInfo; of the exchange platform's answer, its code and its text.

    Never fails on a code that it does not know: that is of class human. Of several codes inside `info` the gravest
    counts. Raises InvalidInputError for a message that is no receipt and for an empty status.
    """
    status = status.strip()
    family = None if is_exchange(message) else family_of(message)
    if not status:
        raise InvalidInputError([Problem(path="status", rule="required", message="is empty: give the returnStatus")])
    if family is None:
        row = table.exchange_row(status)
        return _classified(status, _Ruling.of(row) if row else _unknown(status), None, [])
    known = None if status.startswith("-") else _listed(family, status)
    ruling = _of_exception(status, info) if known is None else _of_status(known, info)
    details = table.detail_codes(info)
    if _is_refusal(known) and ruling.receipt_class in _OPEN:
        ruling = _by_details(details, ruling, is_rejection=known is not None)
    return _classified(status, ruling, _stage(family, known, ruling), details)


def _classified(status: str, ruling: _Ruling, stage: Stage | None, details: list[str]) -> Classified:
    return Classified(
        receipt_class=ruling.receipt_class,
        stage=stage,
        code=status,
        detail_code=ruling.detail or (details[0] if details else None),
        explanation=ruling.explanation,
        fix=ruling.fix,
    )


def _is_refusal(known: ReceiptStatus | None) -> bool:
    return known is None or known.status_class is StatusClass.REJECTED


def _listed(family: ReceiptFamily, status: str) -> ReceiptStatus:
    """The status as this receipt has it; of class UNKNOWN where it is not one of this receipt's."""
    return family.statuses.get(status) or known_status(status, status_class=StatusClass.UNKNOWN)


def _of_status(known: ReceiptStatus, info: str) -> _Ruling:
    remark = table.remark_row(known.code, info)
    if remark:
        return _Ruling.of(remark)
    if known.status_class is StatusClass.UNKNOWN:
        return _unknown(known.code, known_status(known.code).meaning)
    return _Ruling(_OF_STATUS.get(known.status_class, ReceiptClass.PROGRESS), known.meaning)


def _of_exception(code: str, info: str) -> _Ruling:
    rows = table.exception_rows(code, info)
    if not rows:
        return _unknown(code)
    if len({row.receipt_class for row in rows}) == 1:
        return _Ruling.of(rows[0])
    zh, en = "；或：".join(row.zh for row in rows), "; or: ".join(row.en for row in rows)
    return _Ruling(ReceiptClass.HUMAN, Text(zh=zh, en=en))


def _by_details(details: list[str], otherwise: _Ruling, *, is_rejection: bool) -> _Ruling:
    """The gravest reason inside returnInfo: it says more than a status whose reason is open.

    A reason that is not known leaves a rejection to a person, but says nothing against an exception that is known.
    """
    reasons = []
    for code in details:
        row = table.detail_row(code)
        if row and row.receipt_class is not ReceiptClass.PROGRESS:
            reasons.append(_Ruling.of(row, code))
        elif row is None and is_rejection:
            reasons.append(_unknown_detail(code))
    return max(reasons, key=lambda reason: _GRAVEST_LAST.index(reason.receipt_class), default=otherwise)


def _unknown(code: str, meaning: Text | None = None) -> _Ruling:
    zh, en = (f"（{meaning.zh}）", f" ({meaning.en})") if meaning else ("", "")
    return _Ruling(
        ReceiptClass.HUMAN,
        Text(
            zh=f"本回执的规范中没有代码{code}{zh}：请人工查看回执内容。",
            en=f"The standard lists no code {code} for this receipt{en}: a person must read what the receipt says.",
        ),
    )


def _unknown_detail(code: str) -> _Ruling:
    text = Text(
        zh=f"海关退单，明细代码{code}未收录：请人工查看回执内容。",
        en=f"Rejected by customs with the unknown detail code {code}: a person must read what the receipt says.",
    )
    return _Ruling(ReceiptClass.HUMAN, text, detail=code)


def _stage(family: ReceiptFamily, known: ReceiptStatus | None, ruling: _Ruling) -> Stage | None:
    """Only receipts of the list move an import order, and the one that says that its list is cancelled."""
    if family.message == _CANCELLATION_RECEIPT:
        return Stage.CANCELLED if known is not None and known.code == CANCELLED else None
    if family.message != _LIST_RECEIPT:
        return None
    if not _is_refusal(known):
        assert known is not None
        return Stage.MISMATCHED if ruling.is_mismatch else _GOES_TO.get(known.status_class)
    if ruling.receipt_class in _STILL_DECLARED:
        return Stage.DECLARED
    return Stage.MISMATCHED if ruling.is_mismatch else Stage.REJECTED

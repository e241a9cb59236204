"""The receipts of customs: their numbers, times, texts and messages."""

from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from events.ceb.declaration_list import Cancellation, CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.dxp import wrap
from events.ceb.format_error import FormatError
from events.ceb.frame import CebMessage
from events.ceb.messages.declaration_list import CEB622Message, CEB624Message
from events.ceb.messages.format_error import CEB900Message
from events.ceb.messages.refund import CEB626Message
from events.ceb.messages.tax_bill import CEB816Message, CEB818Message
from events.ceb.receipt_families import family_of
from events.ceb.receipt_status import list_status
from events.ceb.refund import Refund, RefundReturn
from events.ceb.tax_bill import TaxBill, TaxBillStatus
from events.ceb.writing import build
from events.values import CHINA, to_millisecond, utc_now

OBSERVED = {
    "120": "[Code:1800;Desc:逻辑校验通过]",
    "800": "[Code:2600;Desc:放行]",
}
CANCELLED_INFO = "[Code:2300;Desc:审核通过]已成功撤单"
_NUMBERED_FROM = "120"  # customs gives the list number when the list is in its system
_CUSTOMS_DXP_ID = "DXPEDCCEB0000002"
_MILLISECOND = timedelta(milliseconds=1)
_COP_NO, _NUMBER = 20, 18


class Numbers:
    """Hands out preNo and invtNo; starts at the time of day, so that a restarted sandbox repeats none of today's."""

    def __init__(self) -> None:
        now = utc_now().astimezone(CHINA)
        seconds = (now - now.replace(hour=0, minute=0, second=0)).seconds
        self._serials = count(seconds * 10_000)

    def pre_no(self) -> str:
        """B, the day, nine digits."""
        return f"B{utc_now().astimezone(CHINA):%Y%m%d}{next(self._serials):09d}"

    def invt_no(self, customs_code: str) -> str:
        """The customs area, the year, I for import, nine digits."""
        return f"{customs_code}{utc_now().astimezone(CHINA):%Y}I{next(self._serials):09d}"


class Clock:
    """The times of the receipts of one list: now, in milliseconds, and each later than the one before."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=CHINA)

    def next(self) -> str:
        """A returnTime."""
        now = utc_now().astimezone(CHINA)
        self._last = max(now.replace(microsecond=now.microsecond // 1000 * 1000), self._last + _MILLISECOND)
        return to_millisecond(self._last)


def list_receipt(
    declared: DeclarationList, status: str, moment: str, *, pre_no: str, invt_no: str | None, info: str | None = None
) -> DeclarationReturn:
    """What customs says of a list; `info` only where it is not the usual text of the status."""
    head = declared.head
    return DeclarationReturn(
        guid=head.guid,
        customs_code=head.customs_code,
        ebp_code=head.ebp_code,
        ebc_code=head.ebc_code,
        agent_code=head.agent_code,
        cop_no=head.cop_no or head.guid[:_COP_NO],
        pre_no=pre_no,
        invt_no=invt_no if list_status(status).rank >= list_status(_NUMBERED_FROM).rank else None,
        return_status=status,
        return_time=moment,
        return_info=info or OBSERVED.get(status) or list_status(status).meaning.zh,
    )


def cancellation_receipt(asked: Cancellation, status: str, moment: str, pre_no: str, info: str) -> CancellationReturn:
    """What customs says of a cancellation."""
    return CancellationReturn(
        guid=asked.guid,
        customs_code=asked.customs_code,
        agent_code=asked.agent_code,
        ebp_code=asked.ebp_code,
        ebc_code=asked.ebc_code,
        cop_no=asked.cop_no or asked.guid[:_COP_NO],
        pre_no=pre_no,
        invt_no=asked.invt_no,
        return_status=status,
        return_time=moment,
        return_info=info,
    )


def refund_receipt(asked: Refund, status: str, moment: str, pre_no: str, info: str | None = None) -> RefundReturn:
    """What customs says of a return; `info` only where it is not the usual text of the status."""
    head = asked.head
    known = family_of("CEB626").statuses.get(status)
    return RefundReturn(
        guid=head.guid,
        customs_code=head.customs_code,
        agent_code=head.agent_code,
        ebp_code=head.ebp_code,
        ebc_code=head.ebc_code,
        cop_no=head.cop_no or head.guid[:_COP_NO],
        pre_no=pre_no,
        invt_no=head.invt_no if len(head.invt_no) == _NUMBER else None,
        return_status=status,
        return_time=moment,
        return_info=info or OBSERVED.get(status) or (known.meaning.zh if known else status),
    )


def list_message(receipts: list[DeclarationReturn], receiver: str) -> bytes:
    """The receipts of a list in one message, enveloped for the exchange-platform number `receiver`."""
    return _enveloped(CEB622Message(guid=_guid(), returns=receipts), receiver)


def cancellation_message(receipt: CancellationReturn, receiver: str) -> bytes:
    """The receipt of a cancellation, enveloped for the exchange-platform number `receiver`."""
    return _enveloped(CEB624Message(guid=_guid(), returns=[receipt]), receiver)


def refund_message(receipts: list[RefundReturn], receiver: str) -> bytes:
    """The receipts of a return in one message, enveloped for the exchange-platform number `receiver`."""
    return _enveloped(CEB626Message(guid=_guid(), returns=receipts), receiver)


def tax_bill_message(bill: TaxBill, receiver: str) -> bytes:
    """A tax bill, enveloped for the exchange-platform number `receiver`."""
    return _enveloped(CEB816Message(guid=_guid(), tax_bills=[bill]), receiver)


def tax_status_message(status: TaxBillStatus, receiver: str) -> bytes:
    """A tax bill's new status, enveloped for the exchange-platform number `receiver`."""
    return _enveloped(CEB818Message(guid=_guid(), tax_bill_statuses=[status]), receiver)


def format_error(status: str, info: str, cop_msg_id: str, root: str, original: bytes) -> bytes:
    """CEB900: a message of ours that customs recognises and cannot read."""
    error = FormatError(
        guid=_guid(),
        return_status=status,
        return_info=info[:5000],
        return_time=to_millisecond(utc_now()),
        original_cop_msg_id=cop_msg_id,
        original_message_type=root,
        original_message=original.decode(errors="replace"),
    )
    return build(CEB900Message(guid=_guid(), error=error))


def _enveloped(message: CebMessage, receiver: str) -> bytes:
    return wrap(
        build(message),
        msg_type=message.root,
        sender_id=_CUSTOMS_DXP_ID,
        receiver_ids=[receiver],
        cop_msg_id=message.guid,
        created_at=utc_now().astimezone(CHINA),
    )


def _guid() -> str:
    return str(uuid4()).upper()

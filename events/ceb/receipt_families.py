"""The kinds of receipts: which message answers which, and the statuses that each may carry (规范 202205; rulebook 2.6).

The statuses are those of the specification's prose and of its schema comments together, since neither list is a
superset of the other; further ones stand in `observed`.
"""

from dataclasses import dataclass
from types import MappingProxyType

from events.ceb.receipt_status import LIST_STATUSES, REJECTED, SEND_FAILED, ReceiptStatus, StatusClass, ladder
from events.problems import InvalidInputError, Problem
from events.values import Text

EXCHANGE = "DXP"
_EXCHANGE_NAMES = {"DXP", "DXPREP"}

_ENDS = {"399": StatusClass.CLOSED}
_DOCUMENT = ladder("2", "4", "3", "100 120", "399", instead=_ENDS)
_EXPORT_DOCUMENT = ladder("1", "2", "4", "3", "100 120", "399", instead=_ENDS)
_APPLICATION = ladder("1", "2", "4", "3", "120", "100", "399", instead=_ENDS)
_EXPORT_APPLICATION = ladder("1", "2", "4", "3", "100", "399", instead=_ENDS)
_IMPORT_RETURN = ladder("1", "2", "4", "3", "120", "300", "100", "399", "800", instead=_ENDS)
_EXPORT_LIST = ladder("1", "2", "4", "3", "120", "300", "399", "500", "100", "800", "899")
_EXPORT_RETURN = ladder("1", "2", "4", "3", "120", "300", "500", "505 600", "100", "800")


@dataclass(frozen=True)
class ReceiptFamily:
    """One kind of receipt: `message` answers `upload`; `statuses` by code; `observed` are in no official list."""

    message: str
    upload: str | None
    name: Text
    statuses: dict[str, ReceiptStatus]
    observed: frozenset[str] = frozenset()

    @property
    def rejected_rank(self) -> int:
        """How far a rejection stands."""
        return self.statuses[REJECTED].rank if REJECTED in self.statuses else 1

    @property
    def unsent_rank(self) -> int:
        """How far a failure of sending stands."""
        return self.statuses[SEND_FAILED].rank if SEND_FAILED in self.statuses else 0


def _family(
    message: str, upload: str | None, zh: str, en: str, statuses: dict[str, ReceiptStatus], *observed: str
) -> ReceiptFamily:
    return ReceiptFamily(message, upload, Text(zh=zh, en=en), statuses, frozenset(observed))


FAMILIES = MappingProxyType(
    {
        family.message: family
        for family in (
            _family("CEB312", "CEB311", "订单回执", "order", _DOCUMENT),
            _family("CEB412", "CEB411", "支付凭证回执", "payment", _DOCUMENT),
            _family("CEB512", "CEB511", "物流运单回执", "waybill", _DOCUMENT),
            _family("CEB514", "CEB513", "运单状态回执", "waybill status", _DOCUMENT),
            _family("CEB622", "CEB621", "进口清单回执", "import list", LIST_STATUSES),
            _family("CEB624", "CEB623", "撤销申请单回执", "cancellation of an import list", _APPLICATION),
            _family("CEB626", "CEB625", "退货申请单回执", "import return", _IMPORT_RETURN, "300", "800"),
            _family("CEB712", "CEB711", "入库明细单回执", "warehouse entry", _APPLICATION),
            _family("CEB900", None, "格式错误回执", "message that could not be read", {}),
            _family("CEB304", "CEB303", "出口订单回执", "export order", _EXPORT_DOCUMENT),
            _family("CEB404", "CEB403", "收款单回执", "receipt of money", _EXPORT_DOCUMENT),
            _family("CEB506", "CEB505", "出口运单回执", "export waybill", _EXPORT_DOCUMENT),
            _family("CEB508", "CEB507", "运抵单回执", "arrival", _EXPORT_DOCUMENT),
            _family("CEB510", "CEB509", "离境单回执", "departure", _EXPORT_DOCUMENT),
            _family("CEB604", "CEB603", "出口清单回执", "export list", _EXPORT_LIST),
            _family("CEB606", "CEB605", "出口撤销申请单回执", "cancellation of an export list", _EXPORT_APPLICATION),
            _family("CEB608", "CEB607", "清单总分单回执", "master waybill of lists", _EXPORT_DOCUMENT),
            _family("CEB214", "CEB213", "出口退货申请单回执", "export return", _EXPORT_RETURN),
            _family("CEB216", "CEB215", "退货理货明细回执", "tally of an export return", _EXPORT_APPLICATION),
            _family("CEB702", "CEB701", "汇总申请单回执", "summary application", _EXPORT_APPLICATION),
        )
    }
)
_BY_UPLOAD = {family.upload: family for family in FAMILIES.values() if family.upload}


def is_exchange(message: str) -> bool:
    """Whether an answer is the exchange platform's, whose codes have four digits."""
    return message.strip().upper() in _EXCHANGE_NAMES


def family_of(message: str) -> ReceiptFamily:
    """The kind of receipt of `CEB622` or `CEB622Message`. Raises InvalidInputError for what is no receipt."""
    name = message.strip().upper().removesuffix("MESSAGE")
    if name in FAMILIES:
        return FAMILIES[name]
    if name in _BY_UPLOAD:
        words = f"is sent to customs, not received: give its receipt {_BY_UPLOAD[name].message}"
    else:
        words = f"is not a receipt: give one of {', '.join(sorted(FAMILIES))}, or {EXCHANGE} for the exchange platform"
    raise InvalidInputError([Problem(path="message", rule="receipt", value=message, message=words)])

"""Sure signs that a rule holds, read off the models: with them nearly every message is done without being taken apart.

A sign may be missing where the rule holds all the same; then the rule itself is asked. It must never be there where
the rule is broken (held by a property test over all messages).
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from events.ceb.business.list_modes import CNY, DIRECT_PURCHASE, list_mode_findings
from events.ceb.business.sums import amount_due
from events.identity import IDENTITY_CARD, is_identity_number

Sign = Callable[[Any], object]


def adds_up(head: Any) -> bool:
    """M3."""
    return bool(head.actual_paid == amount_due(head))


def multiplies(line: Any) -> bool:
    """M7, where nothing is rounded."""
    return bool(line.price * line.qty == line.total_price)


def net_within_gross(head: Any) -> bool:
    """N-NET."""
    return bool(head.net_weight <= head.gross_weight)


def second_together(line: Any) -> bool:
    """Q-SECOND."""
    return bool(line.unit2 and not line.unit2.isspace()) if line.qty2 is not None else line.unit2 is None


def buyer(head: Any) -> bool:
    """M9 of the buyer."""
    return head.buyer_id_type == IDENTITY_CARD and is_identity_number(head.buyer_id_number)


def payer(head: Any) -> bool:
    """M9 of the payer."""
    return head.payer_id_type == IDENTITY_CARD and is_identity_number(head.payer_id_number)


def in_cny(document: Any) -> bool:
    """CNY in the head and on each line."""
    return document.head.currency == CNY and all(line.currency == CNY for line in getattr(document, "items", ()))


def fits_mode(declaration_list: Any) -> bool:
    """The rules L-… of a list; those of 9610 by what they come to."""
    head = declaration_list.head
    if head.trade_mode != DIRECT_PURCHASE:
        return not list_mode_findings(declaration_list)
    transport = (head.traf_no or "").strip() and (head.voyage_no or "").strip() and (head.bill_no or "").strip()
    return bool(transport) and head.pack_no == 1 and in_cny(declaration_list)


def guaranteed(head: Any) -> bool:
    """L-ASSURE."""
    return head.assure_code in {head.ebc_code, head.logistics_code, head.agent_code, head.ebp_code}


def has_bar_code(line: Any) -> bool:
    """L-BARCODE."""
    return bool(line.bar_code) and not line.bar_code.isspace()


def is_general_export(export_list: Any) -> bool:
    """No export from a special area, nor B2B."""
    return bool(export_list.head.trade_mode == "9610")


def has_no_licence(head: Any) -> bool:
    """Nothing that a simplified declaration excludes."""
    return head.license_no is None


def names_transport(head: Any) -> bool:
    """X-TRANSPORT."""
    return bool((head.traf_name or "").strip() and (head.voyage_no or "").strip() and (head.bill_no or "").strip())


def names_lists(application: Any) -> bool:
    """X-SUMMARY."""
    return bool(application.items) and without_span(application.head)


def names_payer(receipt: Any) -> bool:
    """X-PAY-CODE."""
    return bool(receipt.pay_code) and not receipt.pay_code.isspace()


def unsplit(head: Any) -> bool:
    """N-SPLIT: part 1 of 1."""
    return bool(head.msg_count == head.msg_seq_no == 1)


def without_span(head: Any) -> bool:
    """T-SPAN: neither start nor end."""
    return head.start_time is None and head.end_time is None


def never(_: Any) -> bool:
    """No sign: the rule is always asked."""
    return False


def counted(lines: str) -> Sign:
    """N-GNUM: 1, 2, 3 … in the field `lines`."""

    def holds(part: Any) -> bool:
        return all(line.gnum == place for place, line in enumerate(getattr(part, lines), 1))

    return holds


def after(latest: date) -> Sign:
    """Codes with a first day: the document is not older than the last of those days."""
    day = f"{latest:%Y%m%d}"
    return lambda part: part.app_time[:8] >= day

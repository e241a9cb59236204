"""What a return's history says, in both languages."""

from datetime import datetime

from events.values import CHINA, Text

SILENT = Text(
    zh="海关对退货申请没有回执，请人工处理。", en="Customs keeps silent on the return: a person must see to it."
)
UNDECIDED = Text(
    zh="海关长时间没有对退货申请作出结论，请人工处理。",
    en="Customs has not decided on the return for long: a person must see to it.",
)
GOODS_BACK = Text(zh="退货已按原状运抵原监管场所。", en="The goods are back at their original site, as they were.")
AFTER_PAYMENT = Text(
    zh="税款已列入缴款或已缴纳，退货请人工处理。",
    en="The tax is paid or being paid: a person must see to it.",
)
RESTORED = Text(
    zh="税款、年度额度与担保已按退货恢复。",
    en="Tax, the buyer's year and the guarantee are restored.",
)
TAX_STAYS = Text(zh="税款已缴，不予恢复，仅退货款。", en="The tax was paid and stays; the buyer gets the price back.")
REFUND_REFUSED = Text(
    zh="支付企业拒绝退款，请人工处理。", en="The payment firm refuses the refund: a person must see to it."
)
UNREACHABLE = Text(
    zh="海关接口长时间没有应答，退货申请仍在重试。",
    en="The customs endpoint has not answered the application for long; still trying.",
)
REACHED = Text(zh="海关接口已应答，等待回执。", en="The customs endpoint has answered; waiting for a receipt.")
GIVEN_UP = Text(zh="经人工决定，退货终止。", en="A person has decided that the return ends here.")
RESENT = Text(zh="退货申请已重发。", en="The return application was sent again.")


def applied(lines: int, who: str, why: str) -> Text:
    """Goods are to come back."""
    return Text(zh=f"申请退货{lines}项（{who}）：{why}", en=f"{who} returns {lines} lines: {why}")


def back_by(moment: datetime) -> Text:
    """Customs took the application; until when the goods must be back."""
    last = f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return Text(
        zh=f"海关同意退货，货物须在{last}前运抵原监管场所。",
        en=f"Customs takes the return; the goods must be back at their original site by {last}.",
    )


def not_back(moment: datetime) -> Text:
    """The time for the goods is over."""
    last = f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return Text(zh=f"货物未在{last}前运抵，退货无效。", en=f"The goods were not back by {last}; the return is void.")


def settled(amount: str, refund_no: str | None) -> Text:
    """The money went back."""
    if refund_no is None:
        return Text(zh="退货办结，退款由人工处理或无需退款。", en="Settled; no refund was paid by this return.")
    return Text(zh=f"退货办结，退款{amount}元（{refund_no}）。", en=f"Settled; {amount} CNY went back ({refund_no}).")


def decided(who: str, resolution: str, why: str) -> Text:
    """What a person decided."""
    return Text(zh=f"人工处理（{who}，{resolution}）：{why}", en=f"Resolved by {who} ({resolution}): {why}")

"""What an order's history says, in both languages."""

from collections.abc import Sequence

from events.values import Text

_DOCUMENTS = {"order": "订单", "payment": "支付凭证", "waybill": "运单", "list": "清单"}

MATCHED = Text(zh="三单一致，与清单相符。", en="The three documents agree with each other and with the list.")
COVERED = Text(zh="担保额度已足够，继续申报。", en="The guarantee covers the tax; the declaration goes on.")
SHIPPED_BACK = Text(zh="海关决定退运。", en="Customs decided that the goods are shipped back.")
DELIVERED = Text(zh="包裹已签收。", en="The parcel was signed for.")
CUSTOMS_UNREACHABLE = Text(
    zh="海关接口长时间没有应答，仍在重试。", en="The customs endpoint has not answered for long; still trying."
)
CUSTOMS_REACHED = Text(zh="海关接口已应答。", en="The customs endpoint has answered.")
CUSTOMS_UNDECIDED = Text(
    zh="海关长时间没有结论，请人工处理。", en="Customs has not decided for long: a person must see to it."
)
UNDELIVERED = Text(
    zh="退货期已过，仍未收到签收回执。", en="The return window is over and nobody has signed for the parcel."
)
ALL_BACK = Text(
    zh="全部货物已退回，无应缴税款，订单办结。", en="All goods came back and no tax is owed; the order ends."
)
ALL_BACK_TAX_PAID = Text(
    zh="全部货物已退回，税款已缴不退，订单办结。", en="All goods came back, the tax was paid and stays; the order ends."
)
BILL_NOT_VOID = Text(
    zh="全部货物已退回，但税单仍未作废，请人工处理。",
    en="All goods came back, but the tax bill is not void yet: a person must see to it.",
)
TOO_LATE_TO_CANCEL = Text(zh="已放行，撤单申请无效。", en="Released already: the cancellation has no effect.")


def declared(version: int) -> Text:
    """A list version is fixed and on its way to customs."""
    return Text(
        zh=f"清单第{version}版已锁定并提交海关。", en=f"Version {version} of the list is fixed and goes to customs."
    )


def missing(kinds: Sequence[str]) -> Text:
    """Which documents did not come in time."""
    zh = "、".join(_DOCUMENTS.get(kind, kind) for kind in kinds)
    return Text(zh=f"期限内未收到：{zh}。", en=f"Not received in time: {', '.join(kinds)}.")


def mismatched(rules: Sequence[str]) -> Text:
    """Which rules the documents break."""
    return Text(zh=f"比对不符：{'、'.join(rules)}。", en=f"The documents do not match: {', '.join(rules)}.")


def not_corrected(rules: Sequence[str]) -> Text:
    """No correction came in time."""
    return Text(zh=f"期限内未更正：{'、'.join(rules)}。", en=f"Not corrected in time: {', '.join(rules)}.")


def customs(status: str, meaning: Text, info: str) -> Text:
    """What customs said."""
    return Text(zh=f"海关：{meaning.zh}（{status}）{info}", en=f"Customs: {meaning.en} ({status}) {info}")


def released(days: int) -> Text:
    """Customs released the goods; how long the return window is open."""
    return Text(zh=f"海关放行，退货期{days}天。", en=f"Released by customs; the return window is {days} days.")


def awaiting_guarantee(guarantor: str) -> Text:
    """The guarantee does not cover the tax of this order."""
    return Text(
        zh=f"{guarantor} 的担保额度不足，等待恢复后自动继续。",
        en=f"The guarantee of {guarantor} does not cover the tax; waiting until it does.",
    )


def tax_paid(tax_no: str, ent_duty_no: str | None) -> Text:
    """The tax bill was summarised and paid."""
    return Text(
        zh=f"税单 {tax_no} 已汇总缴纳（缴款书 {ent_duty_no or '未注明'}），订单办结。",
        en=f"Tax bill {tax_no} was summarised and paid (payment document {ent_duty_no or 'not named'}); closed.",
    )


def return_asked(return_no: str, who: str, why: str) -> Text:
    """Goods are to come back."""
    return Text(zh=f"申请退货 {return_no}（{who}）：{why}", en=f"Return {return_no} asked for by {who}: {why}")


def return_ended(return_no: str, stage: str) -> Text:
    """How a return ended."""
    return Text(zh=f"退货 {return_no} 结束：{stage}。", en=f"Return {return_no} has ended: {stage}.")


def came_after_its_end(return_no: str) -> Text:
    """Goods of a return that has ended were back in time, and nobody takes them."""
    return Text(
        zh=f"退货 {return_no} 办结后收到按期运抵的报告，请人工处理。",
        en=f"Return {return_no} had ended when its goods were reported back in time: a person must see to it.",
    )


def exchange_of(order_no: str, return_no: str) -> Text:
    """This order replaces goods of another one."""
    return Text(
        zh=f"换货：替换订单 {order_no} 的退货 {return_no}。", en=f"Exchange for return {return_no} of order {order_no}."
    )


def closed(days: int) -> Text:
    """The return window is over."""
    return Text(zh=f"放行后{days}天退货期已过，订单办结。", en=f"The {days} days for returns are over; closed.")


def used_elsewhere(kind: str) -> Text:
    """A document belongs to another order's declared list."""
    name = _DOCUMENTS.get(kind, kind)
    return Text(
        zh=f"{name}已被另一订单的已申报清单使用：请发送本订单自己的{name}。",
        en=f"The {kind} is used by the declared list of another order: send this order's own {kind}.",
    )


def cancelled(who: str, why: str) -> Text:
    """Who cancelled and why."""
    return Text(zh=f"已撤单（{who}）：{why}", en=f"Cancelled by {who}: {why}")


def resolved(who: str, resolution: str, why: str) -> Text:
    """What a person decided."""
    return Text(zh=f"人工处理（{who}，{resolution}）：{why}", en=f"Resolved by {who} ({resolution}): {why}")


def resent(times: int) -> Text:
    """The list was sent again because customs kept silent."""
    return Text(zh=f"海关无回执，第{times}次重发。", en=f"Customs keeps silent; sent again ({times}).")


def silent(times: int) -> Text:
    """Customs kept silent after every resend."""
    return Text(
        zh=f"重发{times}次后仍无回执，请人工处理。", en=f"Silent after {times} resends: a person must see to it."
    )


CORRECTION_TAKEN = Text(zh="更正已受理，将重新比对。", en="The correction is taken; matching runs again.")
CANCELLATION_TAKEN = Text(
    zh="撤单已受理；已申报的清单须经海关同意。",
    en="The cancellation is taken; for a declared list customs must agree first.",
)

"""What the history of a question for payment data says, in both languages; never anything of the data."""

from collections.abc import Sequence

from events.values import Text

ASKED = Text(zh="海关要求提供支付原始数据。", en="Customs asks for the raw payment data.")
AMBIGUOUS = Text(
    zh="多个平台有此订单号，海关的请求地址未指明平台，请人工处理。",
    en="Several platforms have this order number, and customs' address names none of them: a person must decide.",
)
ALERT = Text(zh="期限将至，海关尚未接受数据。", en="The deadline is near, and customs has not accepted the data.")
OVERDUE = Text(zh="期限已过，海关尚未接受数据。", en="The deadline has passed, and customs has not accepted the data.")
EXPIRED = Text(zh="长期未能答复海关，结束。", en="Nobody could answer customs for long; it ends.")


def missing(orders: Sequence[str]) -> Text:
    """Which orders' data are awaited."""
    return Text(
        zh=f"等待订单的支付原始数据：{'、'.join(orders)}。", en=f"Waiting for the payment data of {', '.join(orders)}."
    )


def conflict(orders: Sequence[str], fields: Sequence[str]) -> Text:
    """Which orders of one payment tell it otherwise, and where."""
    return Text(
        zh=f"同一支付的订单{'、'.join(orders)}数据不一致：{'、'.join(fields)}，请更正后重发。",
        en=f"The data of {', '.join(orders)} tell one payment otherwise ({', '.join(fields)}): send them corrected.",
    )


def uploading(orders: int) -> Text:
    """The data of so many orders go to customs."""
    return Text(
        zh=f"向海关上传{orders}个订单的数据。",
        en=f"The data of {orders} order{'s' if orders > 1 else ''} go to customs.",
    )


def accepted(code: str) -> Text:
    """Customs has the data."""
    return Text(zh=f"海关已接收（{code}）。", en=f"Customs accepted the data ({code}).")


def refused(code: str, message: str) -> Text:
    """Customs will not take the data."""
    return Text(
        zh=f"海关拒收（{code}）：{message}，请人工处理。",
        en=f"Customs refused the data ({code}) {message}: a person must see to it.",
    )


def failed(code: str, message: str, times: int) -> Text:
    """Customs did not take the data so many times."""
    return Text(
        zh=f"海关{times}次未接收（{code}）：{message}，请人工处理。",
        en=f"Customs did not take the data {times} times ({code}) {message}: a person must see to it.",
    )


def resolved(who: str, resolution: str, why: str) -> Text:
    """What a person decided."""
    return Text(zh=f"人工处理（{who}，{resolution}）：{why}", en=f"Resolved by {who} ({resolution}): {why}")

"""Ask the payment firm to give money back."""

from pydantic import ValidationError

from events.money import RefundDone, RefundOrder
from events.values import Text
from functions.function import function
from functions.money.post import impossible, post
from functions.refund.models import PayRefundRequest, RefundAnswer
from functions.settings import settings

_LONGEST_REASON = 1000


@function("refund.pay")
def pay(request: PayRefundRequest) -> RefundAnswer:
    """Have the refund of one return paid; asked again, it is the same refund.

    Raises functions.money.post.MoneyUnavailableError while nobody knows whether it was paid.
    """
    try:
        order = RefundOrder(
            return_no=request.return_no,
            ebp_code=request.key.ebp_code,
            order_no=request.key.order_no,
            pay_code=request.pay_code,
            pay_transaction_id=request.pay_transaction_id,
            amount_paid=request.amount_paid,
            amount=request.amount,
            reason=request.reason[:_LONGEST_REASON],
        )
    except ValidationError as error:
        return RefundAnswer(refused=impossible(error))
    answer = post(settings().payment_firm_url, order.return_no, order, RefundDone, "payment firm")
    if isinstance(answer, Text):
        return RefundAnswer(refused=answer)
    return RefundAnswer(refund_no=answer.refund_no, refunded_at=answer.refunded_at)

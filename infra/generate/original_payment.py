"""The raw payment data of made-up orders: what the platform and the payment firm said to each other (公告2018-179)."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from events.ceb.base import plain
from events.payment_data import OriginalPayment, PaidGoods
from events.values import to_second
from infra.generate.basket import CNY
from infra.generate.documents import PAID_AFTER, Facts, serial
from infra.generate.parties import PAYMENT_FIRM

_SENT_AFTER = timedelta(minutes=2)
_OTHER_VERIFIER, _APP = "3", "1"


def original_payment(facts: Facts) -> OriginalPayment:
    """The raw data of the payment of one order."""
    return original_payments([facts])[0]


def original_payments(paid: Sequence[Facts]) -> list[OriginalPayment]:
    """The raw data of orders of one buyer at one platform that were paid together, one event for each order."""
    first = paid[0]
    total = sum((facts.paid for facts in paid), Decimal(0))
    number = first.transaction if len(paid) == 1 else f"{first.transaction}-M{len(paid)}"
    moment = to_second(first.placed + PAID_AFTER)
    request, response = _raw_request(paid, total), _raw_response(first, number, total, moment)
    return [
        OriginalPayment(
            guid=serial(facts.order_no, "original-payment"),
            app_time=to_second(first.placed + _SENT_AFTER),
            order_no=facts.order_no,
            order_nos=[one.order_no for one in paid],
            inital_request=request,
            inital_response=response,
            ebp_code=facts.platform.code,
            pay_code=PAYMENT_FIRM.code,
            pay_transaction_id=number,
            total_amount=total,
            currency=CNY,
            ver_dept=_OTHER_VERIFIER,
            pay_type=_APP,
            trading_time=moment,
            goods_info=[
                PaidGoods(gname=line.good.name, item_link=f"https://mall.invalid/item?id={line.good.item_no}&from=app")
                for line in facts.lines
            ],
            recp_account=f"TEST-{facts.seller.code}",
            recp_code=facts.seller.code,
            recp_name=facts.seller.name,
        )
        for facts in paid
    ]


def _raw_request(paid: Sequence[Facts], total: Decimal) -> str:
    """As payment firms take it: parameters, one of them JSON, with line breaks and quotes as they come."""
    content = {
        "out_trade_no": paid[0].order_no,
        "orders": [facts.order_no for facts in paid],
        "subject": f'测试商品 "{paid[0].lines[0].good.name}"',
        "total_amount": plain(total),
        "buyer_id": paid[0].buyer.account,
    }
    described = json.dumps(content, ensure_ascii=False, indent=1)
    return f"https://pay.invalid/gateway?{urlencode({'method': 'trade.pay', 'version': '1.0'})}&biz_content={described}"


def _raw_response(first: Facts, number: str, total: Decimal, moment: str) -> str:
    content = {
        "code": "10000",
        "msg": "Success",
        "trade_no": number,
        "out_trade_no": first.order_no,
        "total_amount": plain(total),
        "buyer_user_id": first.buyer.account,
        "gmt_payment": moment,
    }
    return json.dumps({"trade_pay_response": content}, ensure_ascii=False)

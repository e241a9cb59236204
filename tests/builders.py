"""Consistent documents of made-up parties, to be bent by each test: the three documents, the list, and messages.

The identity numbers belong to nobody: region 000000 exists nowhere, while their check digits are right.
"""

from dataclasses import dataclass
from typing import Any

from events.catalogue import INBOUND
from events.ceb.base import CebModel
from events.ceb.declaration_list import DeclarationList, ListHead, ListItem
from events.ceb.frame import BaseTransfer, CebMessage
from events.ceb.order import Order, OrderHead, OrderItem
from events.ceb.payment import Payment, PaymentHead
from events.ceb.waybill import Waybill, WaybillHead
from events.payment_data import OriginalPayment

ORDER_NO = "SD20260105000001"
PLATFORM = {"ebp_code": "3207PLAT01", "ebp_name": "测试平台有限公司"}
SELLER = {"ebc_code": "3207SHOP01", "ebc_name": "测试电商有限公司"}
PAYER = {"pay_code": "3207PAYM01", "pay_name": "测试支付有限公司"}
CARRIER = {"logistics_code": "3207LOGI01", "logistics_name": "测试物流有限公司"}
AGENT = {"agent_code": "3207DECL01", "agent_name": "测试报关有限公司"}
BUYER_NAME = "测试甲"
BUYER_ID = "000000199003071017"
OTHER_BUYER_ID = "000000198512242027"
INVALID_ID = "000000199003071018"  # the check digit is wrong
TELEPHONE = "00000000001"
ADDRESS = "江苏省连云港市测试路1号"
TRANSACTION = "PAY20260105000001"
LOGISTICS_NO = "LG20260105000001"
GUID = "0C6E0000-0000-4000-8000-{:012d}"
SENT = {"app_type": "1", "app_time": "20260105103000", "app_status": "2"}
CNY = "142"

_GOODS: tuple[dict[str, Any], ...] = (
    {"gnum": 1, "item_no": "SKU-001", "item_name": "婴幼儿配方奶粉", "gmodel": "测试牌|900g/罐", "bar_code": "无"},
    {"gnum": 2, "item_no": "SKU-002", "item_name": "保湿面霜", "gmodel": "测试牌|50ml/瓶", "bar_code": "无"},
)
_AMOUNTS: tuple[dict[str, Any], ...] = (
    {"qty": "2", "price": "130.00", "total_price": "260.00", "unit": "122", "currency": CNY, "country": "601"},
    {"qty": "3", "price": "80.00", "total_price": "240.00", "unit": "142", "currency": CNY, "country": "601"},
)
_CUSTOMS: tuple[dict[str, Any], ...] = (
    {"gcode": "1901101000", "gname": "婴幼儿配方奶粉", "qty1": "1.8", "unit1": "035"},
    {"gcode": "3304990099", "gname": "保湿面霜", "qty1": "0.15", "unit1": "035", "qty2": "3", "unit2": "142"},
)
_MODES: dict[str, dict[str, Any]] = {
    "9610": {
        "country": "601",
        "traf_mode": "5",
        "traf_no": "TEST0001",
        "voyage_no": "TS20260105",
        "bill_no": "00000000001",
    },
    "1210": {
        "country": CNY,
        "traf_mode": "4",
        "ems_no": "T0000W000001",
        "area_code": "3207AREA01",
        "area_name": "测试综合保税区",
    },
}


def order_items() -> list[OrderItem]:
    """The two lines of goods of every order."""
    return [OrderItem(**goods, **amounts) for goods, amounts in zip(_GOODS, _AMOUNTS, strict=True)]


def list_items(mode: str = "9610") -> list[ListItem]:
    """The same two lines as the list declares them."""
    records = {"1210": ({"item_record_no": "1"}, {"item_record_no": "2"})}.get(mode, ({}, {}))
    lines = zip(_GOODS, _AMOUNTS, _CUSTOMS, records, strict=True)
    return [ListItem(**goods, **amounts, **customs, **record) for goods, amounts, customs, record in lines]


def order(*, items: list[OrderItem] | None = None, **head: Any) -> Order:
    """An order of 561.89 CNY; keywords replace fields of its head (Python names)."""
    fields: dict[str, Any] = {
        "guid": GUID.format(311),
        **SENT,
        "order_type": "I",
        "order_no": ORDER_NO,
        **PLATFORM,
        **SELLER,
        "goods_value": "500.00",
        "freight": "15.02",
        "discount": "0",
        "tax_total": "46.87",
        "actual_paid": "561.89",
        "currency": CNY,
        "buyer_reg_no": "user-000001",
        "buyer_name": BUYER_NAME,
        "buyer_telephone": TELEPHONE,
        "buyer_id_type": "1",
        "buyer_id_number": BUYER_ID,
        **PAYER,
        "pay_transaction_id": TRANSACTION,
        "consignee": BUYER_NAME,
        "consignee_telephone": TELEPHONE,
        "consignee_address": ADDRESS,
    }
    return Order(head=OrderHead(**(fields | head)), items=order_items() if items is None else items)


def payment(**head: Any) -> Payment:
    """The payment of that order; keywords replace fields of its head (Python names)."""
    fields: dict[str, Any] = {
        "guid": GUID.format(411),
        **SENT,
        **PAYER,
        "pay_transaction_id": TRANSACTION,
        "order_no": ORDER_NO,
        **PLATFORM,
        "payer_id_type": "1",
        "payer_id_number": BUYER_ID,
        "payer_name": BUYER_NAME,
        "telephone": TELEPHONE,
        "amount_paid": "561.89",
        "currency": CNY,
        "pay_time": "20260105102958",
    }
    return Payment(head=PaymentHead(**(fields | head)))


def original_payment(**fields: Any) -> OriginalPayment:
    """The raw data of that payment (公告2018-179); keywords replace fields (Python names)."""
    content: dict[str, Any] = {
        "guid": GUID.format(179),
        "app_time": SENT["app_time"],
        "order_no": ORDER_NO,
        "order_nos": [fields.get("order_no", ORDER_NO)],
        "inital_request": f'https://pay.test/gateway?out_trade_no={ORDER_NO}&subject="奶粉"&total=561.89',
        "inital_response": '{"code":"10000","msg":"Success","buyer":"payer-0000001"}',
        "ebp_code": PLATFORM["ebp_code"],
        "pay_code": PAYER["pay_code"],
        "pay_transaction_id": TRANSACTION,
        "total_amount": "561.89",
        "currency": CNY,
        "ver_dept": "3",
        "pay_type": "1",
        "trading_time": "20260105102958",
        "goods_info": [{"gname": "婴幼儿配方奶粉", "item_link": "https://shop.test/item?id=1&from=app"}],
        "recp_account": "TEST-ACCOUNT-01",
        "recp_name": SELLER["ebc_name"],
    }
    return OriginalPayment.model_validate(content | fields)


def waybill(**head: Any) -> Waybill:
    """The waybill of that order; keywords replace fields of its head (Python names)."""
    fields: dict[str, Any] = {
        "guid": GUID.format(511),
        **SENT,
        **CARRIER,
        "logistics_no": LOGISTICS_NO,
        "order_no": ORDER_NO,
        "freight": "15.02",
        "insured_fee": "0",
        "currency": CNY,
        "weight": "2.4",
        "pack_no": 1,
        "goods_info": "婴幼儿配方奶粉;保湿面霜",
        "consignee": BUYER_NAME,
        "consignee_address": ADDRESS,
        "consignee_telephone": TELEPHONE,
    }
    return Waybill(head=WaybillHead(**(fields | head)))


def declaration_list(mode: str = "9610", *, items: list[ListItem] | None = None, **head: Any) -> DeclarationList:
    """The list of that order in the mode 9610 or 1210; keywords replace fields of its head (Python names)."""
    fields: dict[str, Any] = {
        "guid": GUID.format(621),
        **SENT,
        "order_no": ORDER_NO,
        **PLATFORM,
        **SELLER,
        "logistics_no": LOGISTICS_NO,
        **CARRIER,
        "cop_no": "COP20260105000001",
        "assure_code": SELLER["ebc_code"],
        "ie_flag": "I",
        "decl_time": "20260105",
        "customs_code": "2301",
        "port_code": "2301",
        "ie_date": "20260105",
        "buyer_id_type": "1",
        "buyer_id_number": BUYER_ID,
        "buyer_name": BUYER_NAME,
        "buyer_telephone": TELEPHONE,
        "consignee_address": ADDRESS,
        **AGENT,
        "trade_mode": mode,
        **_MODES[mode],
        "freight": "15.02",
        "insured_fee": "0",
        "currency": CNY,
        "wrap_type": "2",
        "pack_no": 1,
        "gross_weight": "2.4",
        "net_weight": "1.95",
    }
    return DeclarationList(head=ListHead(**(fields | head)), items=list_items(mode) if items is None else items)


@dataclass(frozen=True)
class Documents:
    """The four documents of one order, consistent with one another."""

    order: Order
    payment: Payment
    waybill: Waybill
    declaration_list: DeclarationList


def documents(mode: str = "9610", order_no: str = ORDER_NO) -> Documents:
    """A set that matches; numbers of payment and waybill follow from the order number."""
    transaction, logistics_no = f"P-{order_no}"[:60], f"L-{order_no}"[:60]
    return Documents(
        order=order(order_no=order_no, pay_transaction_id=transaction),
        payment=payment(order_no=order_no, pay_transaction_id=transaction),
        waybill=waybill(order_no=order_no, logistics_no=logistics_no),
        declaration_list=declaration_list(
            mode, order_no=order_no, logistics_no=logistics_no, cop_no=f"C-{order_no}"[-20:]
        ),
    )


def message(*elements: CebModel, guid: str = GUID.format(1)) -> CebMessage:
    """A customs message with these elements, which are all of one kind."""
    (model,) = {
        event_type.message
        for event_type in INBOUND
        if event_type.message is not None and isinstance(elements[0], event_type.model)
    }
    transfer = BaseTransfer(
        cop_code=PLATFORM["ebp_code"], cop_name=PLATFORM["ebp_name"], dxp_mode="DXP", dxp_id="DXPTEST000000001"
    )
    content: dict[str, Any] = {model.first_element: list(elements), "guid": guid}
    if "base_transfer" in model.model_fields:
        content["base_transfer"] = transfer
    return model(**content)

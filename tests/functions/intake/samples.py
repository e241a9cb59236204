"""Documents at the door, built from the common ones."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from events.ceb.base import CebModel
from events.ceb.declaration_list import Cancellation, CancellationReturn, DeclarationReturn
from events.ceb.format_error import FormatError
from events.ceb.order import OrderReturn
from events.ceb.payment import PaymentReturn
from events.ceb.refund import RefundReturn
from events.ceb.tax_bill import TaxBill, TaxBillHead, TaxBillItem, TaxBillStatus, TaxBillStatusHead
from events.ceb.waybill import WaybillReturn, WaybillStatus, WaybillStatusReturn
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from events.documents import DocumentKind, InboundDocument, content_hash
from events.payment_data import PlatDataOpen
from events.returns import GoodsReturned
from events.values import OrderKey
from functions.intake.handler import accept
from functions.intake.models import Accepted, AcceptRequest, FrozenDocument
from functions.intake.rules import Arrival, arrival_of, business_key
from tests.builders import (
    AGENT,
    BUYER_ID,
    BUYER_NAME,
    CARRIER,
    GUID,
    LOGISTICS_NO,
    ORDER_NO,
    PAYER,
    PLATFORM,
    SELLER,
    SENT,
    TELEPHONE,
    TRANSACTION,
    declaration_list,
    order,
    original_payment,
    payment,
    waybill,
)

NOW = datetime(2026, 1, 5, 2, 30, 1, tzinfo=UTC)
KEY = OrderKey(ebp_code=PLATFORM["ebp_code"], order_no=ORDER_NO)
OTHER_KEY = OrderKey(ebp_code="3207PLAT02", order_no=ORDER_NO)
COP_NO = "COP20260105000001"
RETURN_NO = "SR20260120000001"
TAX_NO = "TAX20260105000001"
PRE_NO = "B20260105000000001"
INVT_NO = "23012026I000000001"
ANSWERED: dict[str, Any] = {"return_time": "20260105103001000", "return_info": "[Code:1800;Desc:逻辑校验通过]"}

_ids = count(1)


def waybill_status(**fields: Any) -> WaybillStatus:
    """The status "signed for" of the waybill."""
    content: dict[str, Any] = {
        "guid": GUID.format(513),
        **SENT,
        **CARRIER,
        "logistics_no": LOGISTICS_NO,
        "logistics_status": "S",
        "logistics_time": "20260107120000",
    }
    return WaybillStatus(**(content | fields))


def cancellation(**fields: Any) -> Cancellation:
    """The cancellation of the list."""
    content: dict[str, Any] = {
        "guid": GUID.format(623),
        **SENT,
        "customs_code": "2301",
        "order_no": ORDER_NO,
        **PLATFORM,
        **SELLER,
        "logistics_no": LOGISTICS_NO,
        **CARRIER,
        "cop_no": COP_NO,
        "invt_no": INVT_NO,
        "buyer_id_type": "1",
        "buyer_id_number": BUYER_ID,
        "buyer_name": BUYER_NAME,
        "buyer_telephone": TELEPHONE,
        **AGENT,
        "reason": "买家取消",
    }
    return Cancellation(**(content | fields))


def list_request(**fields: Any) -> DeclarationRequest:
    """The request to build the list."""
    goods = [
        GoodsDeclaration(gnum=number, gcode="1901101000", gname="婴幼儿配方奶粉", qty1="1.8", unit1="035")
        for number in (1, 2)
    ]
    content: dict[str, Any] = {
        "guid": GUID.format(1),
        "app_time": SENT["app_time"],
        "order_no": ORDER_NO,
        "ebp_code": PLATFORM["ebp_code"],
        **AGENT,
        "assure_code": SELLER["ebc_code"],
        "customs_code": "2301",
        "port_code": "2301",
        "trade_mode": "9610",
        "traf_mode": "5",
        "country": "601",
        "gross_weight": "2.4",
        "net_weight": "1.95",
        "goods": goods,
    }
    return DeclarationRequest(**(content | fields))


def list_receipt(**fields: Any) -> DeclarationReturn:
    """Customs on the list."""
    content = {"guid": GUID.format(622), "cop_no": COP_NO, "pre_no": PRE_NO, "return_status": "120", **ANSWERED}
    return DeclarationReturn(**(content | fields))


def cancellation_receipt(**fields: Any) -> CancellationReturn:
    """Customs on the cancellation."""
    content = {"guid": GUID.format(624), "cop_no": COP_NO, "pre_no": PRE_NO, "return_status": "399", **ANSWERED}
    return CancellationReturn(**(content | fields))


def order_receipt(**fields: Any) -> OrderReturn:
    """Customs on the order."""
    codes = {"ebp_code": PLATFORM["ebp_code"], "ebc_code": SELLER["ebc_code"]}
    content = {"guid": GUID.format(312), **codes, "order_no": ORDER_NO, "return_status": "120", **ANSWERED}
    return OrderReturn(**(content | fields))


def payment_receipt() -> PaymentReturn:
    """Customs on the payment."""
    content = {"pay_code": PAYER["pay_code"], "pay_transaction_id": TRANSACTION, "return_status": "120", **ANSWERED}
    return PaymentReturn(guid=GUID.format(412), **content)


def waybill_receipt() -> WaybillReturn:
    """Customs on the waybill."""
    content = {"logistics_code": CARRIER["logistics_code"], "logistics_no": LOGISTICS_NO, "return_status": "120"}
    return WaybillReturn(guid=GUID.format(512), **content, **ANSWERED)


def waybill_status_receipt() -> WaybillStatusReturn:
    """Customs on the waybill's status."""
    content = {"logistics_code": CARRIER["logistics_code"], "logistics_no": LOGISTICS_NO, "logistics_status": "S"}
    return WaybillStatusReturn(guid=GUID.format(514), return_status="120", **content, **ANSWERED)


def format_error(message_id: str) -> FormatError:
    """Customs could not read the message of this id."""
    content = {"original_cop_msg_id": message_id, "original_message_type": "CEB621Message", "original_message": "?"}
    return FormatError(guid=GUID.format(900), return_status="-1", **content, **ANSWERED)


def refund_receipt(**fields: Any) -> RefundReturn:
    """Customs on a return."""
    content = {"guid": GUID.format(626), "cop_no": RETURN_NO, "pre_no": PRE_NO, "return_status": "399", **ANSWERED}
    return RefundReturn(**(content | fields))


def tax_bill(**head: Any) -> TaxBill:
    """The taxes of the list: 13 % VAT at 70 % on 515.02 CNY, on both lines by their value."""
    fields: dict[str, Any] = {
        "guid": GUID.format(816),
        "return_time": ANSWERED["return_time"],
        "invt_no": INVT_NO,
        "tax_no": TAX_NO,
        "customs_tax": "0",
        "value_added_tax": "46.87",
        "consumption_tax": "0",
        "status": "1",
        "assure_code": PLATFORM["ebp_code"],
    }
    shares = ((1, "1901101000", "267.81", "24.37"), (2, "3304990099", "247.21", "22.50"))
    items = [
        TaxBillItem(gnum=gnum, gcode=gcode, tax_price=value, customs_tax="0", value_added_tax=tax, consumption_tax="0")
        for gnum, gcode, value, tax in shares
    ]
    return TaxBill(head=TaxBillHead(**(fields | head)), items=items)


def tax_bill_status(**head: Any) -> TaxBillStatus:
    """The bill was summarised for payment."""
    fields: dict[str, Any] = {
        "guid": GUID.format(818),
        "return_time": "20260215103001000",
        "invt_no": INVT_NO,
        "tax_no": TAX_NO,
        "status": "2",
        "ent_duty_no": "DUTY20260215000001",
    }
    return TaxBillStatus(head=TaxBillStatusHead(**(fields | head)))


def goods_returned(**fields: Any) -> GoodsReturned:
    """One piece of each line is back at the site that they came from."""
    content: dict[str, Any] = {
        "guid": GUID.format(2),
        "ebp_code": PLATFORM["ebp_code"],
        "order_no": ORDER_NO,
        "return_no": RETURN_NO,
        "operator_code": "3207STOR01",
        "site": {"customs_code": "2301", "area_code": "3207AREA01"},
        "received_at": "2026-01-25T10:00:00+08:00",
        "lines": [{"gnum": number, "qty": "1", "condition": "intact"} for number in (1, 2)],
        "inspection": "qualified",
    }
    return GoodsReturned(**(content | fields))


def everything() -> dict[DocumentKind, CebModel]:
    """One document of every kind, all of one order."""
    return {
        DocumentKind.ORDER: order(),
        DocumentKind.PAYMENT: payment(),
        DocumentKind.WAYBILL: waybill(),
        DocumentKind.DECLARATION_LIST: declaration_list(),
        DocumentKind.DECLARATION_REQUEST: list_request(),
        DocumentKind.WAYBILL_STATUS: waybill_status(),
        DocumentKind.CANCELLATION: cancellation(),
        DocumentKind.LIST_RECEIPT: list_receipt(),
        DocumentKind.CANCELLATION_RECEIPT: cancellation_receipt(),
        DocumentKind.ORDER_RECEIPT: order_receipt(),
        DocumentKind.PAYMENT_RECEIPT: payment_receipt(),
        DocumentKind.WAYBILL_RECEIPT: waybill_receipt(),
        DocumentKind.WAYBILL_STATUS_RECEIPT: waybill_status_receipt(),
        DocumentKind.REFUND_RECEIPT: refund_receipt(),
        DocumentKind.TAX_BILL: tax_bill(),
        DocumentKind.TAX_BILL_STATUS: tax_bill_status(),
        DocumentKind.GOODS_RETURNED: goods_returned(),
        DocumentKind.FORMAT_ERROR: format_error("x"),
        DocumentKind.ORIGINAL_PAYMENT: original_payment(),
        DocumentKind.PAYMENT_DATA_REQUEST: PlatDataOpen(
            order_no=ORDER_NO, session_id="fe2374-8fnejf97-32839218", service_time="1533271903898"
        ),
    }


def kind_of(model: CebModel) -> DocumentKind:
    """The kind of a document."""
    (kind,) = (kind for kind in DocumentKind if kind.model is type(model))
    return kind


def request(model: CebModel, document_id: str | None = None, received_at: datetime = NOW) -> AcceptRequest:
    """A document at the door."""
    return AcceptRequest(
        document_id=document_id or f"event-{next(_ids)}",
        kind=kind_of(model),
        content=model.model_dump(mode="json"),
        sender="partner-1",
        received_at=received_at,
    )


def arrival(model: CebModel, received_at: datetime = NOW) -> Arrival:
    """The arrival of a document."""
    return arrival_of(request(model, received_at=received_at))


def send(model: CebModel, document_id: str | None = None, received_at: datetime = NOW) -> Accepted:
    """What the door makes of a document."""
    return accept(request(model, document_id, received_at))


def inbound(model: CebModel, document_id: str | None = None, later: int = 0) -> InboundDocument:
    """A document that was accepted, `later` seconds after the others."""
    return InboundDocument(
        document_id=document_id or f"event-{next(_ids)}",
        kind=kind_of(model),
        content=model.model_dump(mode="json"),
        content_hash=content_hash(model),
        sender="partner-1",
        received_at=NOW + timedelta(seconds=later),
    )


def to_freeze(*models: CebModel) -> list[FrozenDocument]:
    """The documents of a list version."""
    return [
        FrozenDocument(
            kind=kind_of(model), business_key=business_key(kind_of(model), model), content_hash=content_hash(model)
        )
        for model in models
    ]

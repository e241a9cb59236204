"""Building lists and cancellations from what we have, and reading rejections."""

import hashlib
import uuid
from decimal import Decimal

from events.ceb.declaration_list import Cancellation, DeclarationList, DeclarationReturn, ListHead, ListItem
from events.ceb.order import OrderItem
from events.ceb.receipt_codes import classify
from events.ceb.waybill import Waybill
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.life import Stage
from events.values import OrderKey, Text, to_second
from functions.declaration.models import ComposeCancellationRequest, Composed, ComposeRequest, Explained

CNY = "142"
LIST_RECEIPT = "CEB622"
_LONGEST_REASON = 1000  # of CEB623
_NAMES_ZH: dict[str, str] = {"order": "订单", "payment": "支付凭证", "waybill": "运单", "list": "清单"}
_SERIALS = uuid.UUID("5a5d0a30-3b1d-4f0b-9c1e-6c1a5e0d3a11")


def serial(key: OrderKey, purpose: str) -> str:
    """A 36-character serial number that is always the same for the same purpose of the same order."""
    return str(uuid.uuid5(_SERIALS, f"{key.workflow_id}#{purpose}")).upper()


def cop_no(key: OrderKey) -> str:
    """Our number for the list of an order, when its declarant gave none: 20 characters, the same for every version."""
    return "SD" + hashlib.sha256(key.workflow_id.encode()).hexdigest()[:18].upper()


def compose(request: ComposeRequest) -> Composed:
    """The list of this version: the declarant's, or one built from the order, the waybill and the request."""
    if request.declared is not None:
        head = request.declared.head
        if not head.cop_no:
            head = head.model_copy(update={"cop_no": cop_no(request.key)})
        return Composed(declaration_list=request.declared.model_copy(update={"head": head}))
    assert request.request is not None
    goods = {item.gnum: item for item in request.request.goods}
    absent = [item.gnum for item in request.order.items if item.gnum not in goods]
    if absent:
        return Composed(declaration_list=None, finding=_goods_missing(absent[0]))
    items = [_item(item, goods[item.gnum]) for item in request.order.items]
    return Composed(declaration_list=DeclarationList(head=_head(request, request.request), items=items))


def _goods_missing(gnum: int) -> Finding:
    field = f"goods[{gnum}]"
    return Finding(
        rule="C1",
        left=Place(document=DocumentKind.ORDER, field=f"items[{gnum}]", value=str(gnum)),
        right=Place(document=DocumentKind.DECLARATION_REQUEST, field=field),
        message=Text(
            zh=f"订单第{gnum}项商品没有申报要素：请在代制清单请求中补充该项的商品编码和法定数量。",
            en=f"Line {gnum} of the order has no declaration data: add its tariff code and legal quantities.",
        ),
        fix=Fix(document=DocumentKind.DECLARATION_REQUEST, field=field),
    )


def _head(request: ComposeRequest, asked: DeclarationRequest) -> ListHead:
    order, waybill = request.order.head, request.waybill.head
    return ListHead(
        guid=serial(request.key, f"list#{request.version}"),
        app_type="1" if request.version == 1 else "2",
        app_time=asked.app_time,
        app_status="2",
        **order.model_dump(include={"order_no", "ebp_code", "ebp_name", "ebc_code", "ebc_name"}, by_alias=False),
        **waybill.model_dump(include={"logistics_no", "logistics_code", "logistics_name"}, by_alias=False),
        cop_no=cop_no(request.key),
        ie_flag="I",
        decl_time=asked.app_time[:8],
        **order.model_dump(
            include={"buyer_id_type", "buyer_id_number", "buyer_name", "buyer_telephone", "consignee_address"},
            by_alias=False,
        ),
        **asked.model_dump(exclude={"guid", "app_type", "app_time", "order_no", "ebp_code", "goods"}, by_alias=False),
        freight=order.freight,
        insured_fee=_insured_fee(request.waybill),
        currency=CNY,
        pack_no=1,
    )


def _insured_fee(waybill: Waybill) -> Decimal:
    return waybill.head.insured_fee if waybill.head.insured_fee is not None else Decimal(0)


def _item(item: OrderItem, goods: GoodsDeclaration) -> ListItem:
    same = {"gnum", "item_name", "gmodel", "bar_code", "country", "currency", "qty", "unit", "price", "total_price"}
    longest_item_no = 20  # the list's itemNo is shorter than the order's (rulebook 2.5)
    return ListItem(
        **item.model_dump(include=same, by_alias=False),
        **goods.model_dump(exclude={"gnum"}, by_alias=False),
        item_no=item.item_no if item.item_no and len(item.item_no) <= longest_item_no else None,
    )


def compose_cancellation(request: ComposeCancellationRequest) -> Cancellation:
    """The application to cancel a declared list; a reason is cut to what its field can hold."""
    same = set(Cancellation.model_fields) & set(ListHead.model_fields)
    same -= {"guid", "app_type", "app_time", "app_status", "invt_no", "pre_no", "note"}
    return Cancellation(
        guid=serial(request.key, f"cancellation#{request.number}"),
        app_type="1",
        app_time=to_second(request.on),
        app_status="2",
        **request.declaration_list.head.model_dump(include=same, by_alias=False),
        invt_no=request.invt_no,
        pre_no=request.pre_no,
        reason=request.reason[:_LONGEST_REASON],
    )


def explain(receipt: DeclarationReturn) -> Explained:
    """What a rejection (100 or a negative status) asks for, by the class of its code (docs/receipt-codes.md).

    A code of the matching family leads to mismatched, any other to rejected; one that asks for the same message again,
    or says that customs has it already, leaves the list declared.
    """
    found = classify(LIST_RECEIPT, receipt.return_status, receipt.return_info)
    fix = Fix(document=found.fix.document, field=found.fix.field) if found.fix else None
    to_do = _what_to_do(fix)
    told = f"{receipt.return_info}。{found.explanation.zh}"
    message = Text(
        zh=f"海关退单（{receipt.return_status}）：{told}{to_do.zh}",
        en=f"Rejected by customs ({receipt.return_status}): {receipt.return_info}. {found.explanation.en}{to_do.en}",
    )
    place = Place(document=DocumentKind.LIST_RECEIPT, field="returnInfo", value=receipt.return_info)
    code = found.detail_code or found.code
    return Explained(
        stage=found.stage or Stage.REJECTED,
        receipt_class=found.receipt_class,
        finding=Finding(rule="CUSTOMS", code=code, left=place, message=message, fix=fix),
    )


def _what_to_do(fix: Fix | None) -> Text:
    if fix is None:
        return Text(zh="", en="")
    return Text(
        zh=f"。请更正{_NAMES_ZH.get(fix.document, fix.document)}后重新申报。",
        en=f". Correct the {fix.document} and send it with appType 2; it is then declared again.",
    )

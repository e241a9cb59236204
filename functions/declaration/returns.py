"""Building the application to return goods of a released list (CEB625, 公告2020-45)."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal

from events.ceb.base import plain
from events.ceb.declaration_list import ListHead, ListItem
from events.ceb.refund import Refund, RefundHead, RefundItem
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.return_life import ReturnLine
from events.values import OrderKey, Text, to_second
from functions.declaration.models import ComposedReturn, ComposeReturnRequest
from functions.declaration.rules import serial

_LONGEST_REASON = 1000  # of CEB625
_NOT_IN_THE_LIST, _NO_LINES, _FAILED = "-625209", "-625006", "-625004"


def return_no(key: OrderKey, number: int) -> str:
    """Our number (copNo) for a return of an order: 20 characters, another one for each return of each order."""
    return "SR" + hashlib.sha256(f"{key.workflow_id}#return#{number}".encode()).hexdigest()[:18].upper()


def compose_return(request: ComposeReturnRequest) -> ComposedReturn:
    """The application with exactly the chosen lines, or what is wrong with the choice.

    preNo stays empty: it is for the electronic port to give (−625008).
    """
    declared = {item.gnum: item for item in request.declaration_list.items}
    finding = next(_findings(request, declared), None)
    if finding:
        return ComposedReturn(refund=None, finding=finding)
    items = [_item(declared[line.gnum], line.qty) for line in sorted(request.lines, key=lambda line: line.gnum)]
    return ComposedReturn(refund=Refund(head=_head(request), items=items))


def _findings(request: ComposeReturnRequest, declared: dict[int, ListItem]) -> Iterator[Finding]:
    """A line is one of the list, once, with more than nothing and at most what was declared (规范 202205 CEB625)."""
    if not request.lines:
        zh, en = "退货申请单表体无数据：请至少选择一项商品。", "The return has no lines of goods: choose at least one."
        yield _finding("lines", None, _NO_LINES, zh, en)
    seen: set[int] = set()
    for line in request.lines:
        field, item = f"lines[{line.gnum}]", declared.get(line.gnum)
        if item is None:
            zh = f"在关联的清单中未找到表体序号为{line.gnum}的商品：请选择清单中的商品项。"
            yield _finding(field, line, _NOT_IN_THE_LIST, zh, f"The list has no line {line.gnum}: choose one of it.")
        elif line.gnum in seen:
            zh, en = f"第{line.gnum}项商品重复：请合并数量。", f"Line {line.gnum} stands twice: add the quantities up."
            yield _finding(field, line, _FAILED, zh, en)
        elif not 0 < line.qty <= item.qty:
            zh = f"第{line.gnum}项退货数量{plain(line.qty)}应大于0且不超过申报数量{plain(item.qty)}。"
            en = f"Line {line.gnum}: {plain(line.qty)} is to be above 0 and at most the declared {plain(item.qty)}."
            yield _finding(field, line, _FAILED, zh, en)
        seen.add(line.gnum)


def _finding(field: str, line: ReturnLine | None, code: str, zh: str, en: str) -> Finding:
    return Finding(
        rule="C2",
        code=code,
        left=Place(document="return", field=field, value=plain(line.qty) if line else None),
        right=Place(document=DocumentKind.DECLARATION_LIST, field=f"items[{line.gnum}].qty") if line else None,
        message=Text(zh=zh, en=en),
        basis="规范202205 CEB625",
    )


def _head(request: ComposeReturnRequest) -> RefundHead:
    same = set(RefundHead.model_fields) & set(ListHead.model_fields)
    same -= {"guid", "app_type", "app_time", "app_status", "cop_no", "invt_no", "pre_no", "note"}
    return RefundHead(
        guid=serial(request.key, f"return#{request.number}"),
        app_type="1",
        app_time=to_second(request.on),
        app_status="2",
        **request.declaration_list.head.model_dump(include=same, by_alias=False),
        cop_no=return_no(request.key, request.number),
        invt_no=request.invt_no,
        reason=request.reason[:_LONGEST_REASON],
    )


def _item(item: ListItem, qty: Decimal) -> RefundItem:
    return RefundItem(qty=qty, **item.model_dump(include={"gnum", "gcode", "gname", "unit"}, by_alias=False))

"""Lists and cancellations that do not even reach the comparison: official codes and texts (规范 202205 §7)."""

from datetime import timedelta
from decimal import Decimal

from events.ceb.declaration_list import Cancellation, DeclarationList
from events.ceb.refund import Refund, RefundItem
from events.values import Value, from_second
from infra.sandbox.cases import Case, Standing

_NEW = "1"
_FREE_FOR_A_LIST = {Standing.NONE, Standing.REJECTED, Standing.CANCELLED}
_CHANGEABLE = {Standing.WAITING, Standing.REJECTED}
_APPLY_WITHIN = timedelta(days=30)  # after the release, 公告2020-45
_CANCELLABLE = {Standing.ACCEPTED, Standing.INSPECTING}


class Refusal(Value):
    """The negative status and its text."""

    code: str
    text: str


def list_refusal(case: Case, declared: DeclarationList, signed: bool) -> Refusal | None:
    """Why the list is not taken; None when it is. `signed`: its signature holds."""
    number = declared.head.cop_no or declared.head.guid
    if not signed:
        return Refusal(code="-621029", text="验签失败！")
    if declared.head.app_type == _NEW:
        if case.standing in _FREE_FOR_A_LIST:
            return None
        return Refusal(code="-621004", text=f"清单[{number}]已经申报过，请勿重复申报")
    if case.current is None:
        return Refusal(code="-621011", text=f"不存在已申报的清单[{number}]，无法进行改单操作")
    if case.standing not in _CHANGEABLE:
        return Refusal(code="-621012", text=f"清单[{number}]的申报状态不符合改单申报的条件")
    return None


def cancellation_refusal(case: Case, asked: Cancellation, signed: bool) -> Refusal | None:
    """Why the cancellation is not taken; None when it is. `signed`: its signature holds."""
    if not signed:
        return Refusal(code="-623029", text="验签失败！")
    if case.invt_no is None or asked.invt_no != case.invt_no:
        return Refusal(code="-623003", text=f"系统中不存在清单编号为[{asked.invt_no}]的清单！")
    if case.standing not in _CANCELLABLE:
        return Refusal(code="-623005", text=f"清单的状态不符合撤单申报要求(清单编号[{asked.invt_no}])！")
    return None


def return_refusal(case: Case, asked: Refund, signed: bool) -> Refusal | None:
    """Why the return is not taken; None when it is. `signed`: its signature holds."""
    head = asked.head
    number = head.cop_no or head.guid
    if not signed:
        return Refusal(code="-625005", text=f"退货申请单[{number}]验签失败！")
    if case.current is None or case.invt_no != head.invt_no:
        return Refusal(code="-625204", text=f"未找到headGuid 为[{head.invt_no}]的清单")
    if any(one.accepted and one.return_no == number for one in case.returns.values()):
        return Refusal(code="-625033", text=f"退货申请单[{number}]已经申报过，请勿重复申报")
    if case.standing is not Standing.RELEASED or case.released_at is None:
        return Refusal(code="-625004", text=f"退货申请单申报失败，[清单{head.invt_no}未放行]")
    if from_second(head.app_time) > case.released_at + _APPLY_WITHIN:
        return Refusal(code="-625004", text="退货申请单申报失败，[已超过放行之日起30日]")
    return next((found for item in asked.items if (found := _line_refusal(case, item, number))), None)


def _line_refusal(case: Case, item: RefundItem, number: str) -> Refusal | None:
    assert case.current
    declared = {(line.gnum, line.gcode): line.qty for line in case.current.declared.items}
    qty = declared.get((item.gnum, item.gcode))
    if qty is None:
        text = f"退货申请单[{number}],在关联的清单中未找到表体序号为[{item.gnum}],商品编号为[{item.gcode}]的数据"
        return Refusal(code="-625209", text=text)
    others = [line for one in case.returns.values() if one.accepted for line in one.refund.items]
    left = qty - sum((line.qty for line in others if line.gnum == item.gnum), Decimal(0))
    if not 0 < item.qty <= left:
        return Refusal(code="-625004", text=f"退货申请单申报失败，[第{item.gnum}项数量{item.qty}超过可退数量{left}]")
    return None
